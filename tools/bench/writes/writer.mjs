import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';
import { aReport } from '@rollcall/testing';

const SERVERS = 2_500;
const TOGETHER = 64;
const READY_TIMEOUT_MS = 5_000;
const RENEW_EVERY_MS = 500;
const LEASE_TTL_S = DEFAULT_TIMINGS.leaseTtlMs / 1_000;

const opened = openSessionStore({
  redis: { url: process.env.REDIS_URL, roll: 'bench-writes', keyPrefix: 'rollcall' },
  policy: leasePolicy(DEFAULT_TIMINGS),
  role: 'report',
});
await opened.ready(READY_TIMEOUT_MS);
// As it is all the time but for the first seconds after a loss, when every claim of an id is provisional.
while (!(await opened.store.renew()).settled) await delay(RENEW_EVERY_MS);

const WAYS = { report, pipeline };
const write = WAYS[process.argv[2]];
const servers = Array.from({ length: SERVERS }, (_, number) => {
  const server = `gpu-${number}`;
  const sessions = [1, 2, 3, 4].map((session) => `${server}.${session}`);
  return { sequence: 0, report: aReport({ server, sessions, endpoint: { host: '10.0.0.1' } }) };
});
let turn = 0;

process.on('message', ({ writes }) => void takeTurn(writes));
process.on('disconnect', () => process.exit());

async function takeTurn(writes) {
  let left = writes;
  const before = process.cpuUsage();
  const writeOn = async () => {
    while (left-- > 0) await write(servers[turn++ % SERVERS]);
  };
  await Promise.all(Array.from({ length: TOGETHER }, writeOn));
  const { user, system } = process.cpuUsage(before);
  process.send({ nodeUs: user + system });
}

async function report(server) {
  const { kind } = await opened.store.report({ ...server.report, sequence: ++server.sequence });
  if (kind !== 'applied') throw new Error(`a report was ${kind}`);
}

/** Four keys with a time to live, and the deadline. */
async function pipeline({ report: { server, sessions, endpoint } }) {
  const value = JSON.stringify({ server, ...endpoint });
  const commands = opened.redis.pipeline();
  for (const id of sessions.ids) commands.set(`bench:session:${id}`, value, 'EX', LEASE_TTL_S);
  commands.zadd('bench:due', Date.now() + DEFAULT_TIMINGS.leaseTtlMs, server);
  for (const [error] of await commands.exec()) if (error) throw error;
}
