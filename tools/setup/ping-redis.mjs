import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const TIMEOUT_MS = 2_000;
const DEFAULT_PORT = 6379;

/**
 * Asks a Redis whether it answers, with the credentials of the URL or of the environment.
 * Resolves to what is wrong, or to nothing when it does. Needs no installed package.
 */
export function pingRedis(text, environment = process.env) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol)) {
    return Promise.resolve('it is not a redis:// or rediss:// URL');
  }
  const password = decodeURIComponent(url.password) || environment.REDIS_PASSWORD;
  const username = decodeURIComponent(url.username) || environment.REDIS_USERNAME;
  const commands = [['PING']];
  if (password) commands.unshift(['AUTH', ...(username ? [username] : []), password]);
  return converse(url, commands.map(encode).join(''), commands.length);
}

function converse(url, request, replies) {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const at = { host, port: Number(url.port) || DEFAULT_PORT };
  const tls = url.protocol === 'rediss:';
  return new Promise((resolve) => {
    const socket = tls ? connectTls({ ...at, servername: host }) : connect(at);
    let answer = '';
    const finish = (problem) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(TIMEOUT_MS, () => finish(`no answer within ${TIMEOUT_MS / 1000} s`));
    socket.on('error', (error) => finish(error.code ?? error.message));
    socket.on('close', () => finish('it closed the connection'));
    socket.on(tls ? 'secureConnect' : 'connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      const lines = answer.split('\r\n').slice(0, -1);
      const refusal = lines.find((line) => line.startsWith('-'));
      if (refusal) finish(refusal.slice(1));
      else if (lines.length >= replies) finish(undefined);
    });
  });
}

function encode(parts) {
  const words = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${parts.length}\r\n${words.join('')}`;
}
