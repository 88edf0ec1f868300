import { Agent, request } from 'node:https';
import { TestCa, TlsFolder } from '@rollcall/testing';
import { mintServerToken } from '@rollcall/tokens';

const GIVE_UP_MS = 5_000;
const CONNECTIONS = 8;

/** A report door, and somebody with the tokens of these servers who sends whatever is said. */
export async function openReportDoor(context, servers, settings) {
  const { site } = context;
  const tls = await TestCa.create();
  const folder = await TlsFolder.create(await tls.server());
  context.atEnd(() => folder.remove());
  const tokens = await issueTokens(context, servers);
  const app = await site.startReportDoor({
    ...folder.env({ prefix: 'INGEST', clientCa: false }),
    ...settings,
  });
  await context.until('the report door is ready', () => app.answers('/health/ready'));
  const connections = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: tls.certPem });
  context.atEnd(() => connections.destroy());
  return {
    app,
    /** Sends a body as one of the servers; resolves to status, code and reason. */
    send: (server, body) => send({ connections, port: app.port, token: tokens.get(server) }, body),
    /** Nothing is left of it in the store. */
    close: async () => {
      await app.stop();
      await context.client.unlink(site.keys.identities);
    },
  };
}

async function issueTokens({ forger }, servers) {
  const tokens = new Map();
  for (const server of servers) {
    const { token, digest } = mintServerToken(server);
    await forger.identities.issue(server, digest);
    tokens.set(server, token);
  }
  return tokens;
}

function send({ connections, port, token }, body) {
  return new Promise((resolve) => {
    const asking = request(
      {
        ...{ agent: connections, host: 'localhost', port, path: '/report', method: 'POST' },
        headers: { authorization: `Bearer ${token}` },
        timeout: GIVE_UP_MS,
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', (error) => resolve({ error: error.message }));
        response.on('end', () => resolve(answerOf(response.statusCode, Buffer.concat(chunks))));
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('no answer within 5 s')));
    asking.on('error', (error) => resolve({ error: error.message }));
    asking.end(body);
  });
}

/** What an HTTP server of ours says with a status: code and reason of a refusal, outcome of a report. */
export function answerOf(status, bytes) {
  try {
    const { code, message, reason, outcome } = JSON.parse(bytes);
    return { status, code, message, reason, outcome };
  } catch {
    return { status, error: 'the body is no JSON' };
  }
}
