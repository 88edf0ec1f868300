import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';
import { aReport } from '@rollcall/testing';
import { Redis } from 'ioredis';

const SERVERS = 2_500;
const TOGETHER = 64;
const READY_TIMEOUT_MS = 5_000;
const RENEW_EVERY_MS = 500;
const LEASE_TTL_S = DEFAULT_TIMINGS.leaseTtlMs / 1_000;

const WAYS = {
  report: openReports,
  pipeline: () => openPipelines(() => undefined),
  gathered: () => openPipelines(gather),
};

const [way, roll] = process.argv.slice(2);
const write = await WAYS[way]();
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

/** The product's. */
async function openReports() {
  const { store, ready } = openSessionStore({
    redis: { url: process.env.REDIS_URL, roll, keyPrefix: 'rollcall' },
    policy: leasePolicy(DEFAULT_TIMINGS),
    role: 'report',
  });
  await ready(READY_TIMEOUT_MS);
  // As it is all the time but for the first seconds after a loss, when every claim of an id is provisional.
  while (!(await store.renew()).settled) await delay(RENEW_EVERY_MS);
  return async (server) => {
    const { kind } = await store.report({ ...server.report, sequence: ++server.sequence });
    if (kind !== 'applied') throw new Error(`a report was ${kind}`);
  };
}

/** Four keys with a time to live, and the deadline, in one pipeline; `before` is told the connection before each. */
async function openPipelines(before) {
  const redis = new Redis(process.env.REDIS_URL);
  await redis.ping();
  return async ({ report: { server, sessions, endpoint } }) => {
    const value = JSON.stringify({ server, ...endpoint });
    const commands = redis.pipeline();
    for (const id of sessions.ids) commands.set(`${roll}:session:${id}`, value, 'EX', LEASE_TTL_S);
    commands.zadd(`${roll}:due`, Date.now() + DEFAULT_TIMINGS.leaseTtlMs, server);
    before(redis);
    for (const [error] of await commands.exec()) if (error) throw error;
  };
}

/** What is written in one turn of the event loop goes out together, as the product's commands do. */
function gather({ stream }) {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
