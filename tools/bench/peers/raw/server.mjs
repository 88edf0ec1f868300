// What the platform costs: a lookup in Node with the product's Redis client, as its documentation has it, and the
// product's value, and without anything else: no framework, no metrics, no time-outs, no log, no second question. Each
// command is a system call of its own; the product gathers those of one turn.
import { createServer } from 'node:http';
import { Redis } from 'ioredis';

const { PORT, REDIS_URL, ANSWER_PREFIX } = process.env;
const PUBLIC_ID = /^([A-Za-z0-9._-]{1,128})~([A-Za-z0-9._-]{1,128})$/;
const redis = new Redis(REDIS_URL);

createServer(async (request, response) => {
  const query = parametersOf(request.url);
  const [, server, session] = PUBLIC_ID.exec(query.sessionId ?? '') ?? [];
  if (!session || (query.transport !== 'HTTP' && query.transport !== 'QUIC')) {
    return answer(response, 400, { message: 'sessionId or transport is wrong' });
  }
  const value = await redis.get(ANSWER_PREFIX + server);
  if (!value?.includes(`\n${session}\n`)) return answer(response, 404, { message: 'not found' });
  const [host, httpPort, quicPort, path] = value.slice(1, value.indexOf('\n')).split('\t');
  answer(response, 200, {
    SessionId: session,
    TransportProtocol: query.transport,
    DcvServerEndpoint: host,
    Port: Number(query.transport === 'HTTP' ? httpPort : quicPort),
    WebUrlPath: path,
  });
}).listen(Number(PORT), '127.0.0.1');

function parametersOf(target) {
  const parameters = {};
  for (const pair of target.slice(target.indexOf('?') + 1).split('&')) {
    const equals = pair.indexOf('=');
    parameters[pair.slice(0, equals)] = decodeURIComponent(pair.slice(equals + 1));
  }
  return parameters;
}

function answer(response, status, content) {
  const body = JSON.stringify(content);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
