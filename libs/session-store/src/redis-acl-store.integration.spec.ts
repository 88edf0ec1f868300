import {
  describeRandomOperations,
  describeSessionStore,
  startTestRedis,
  type StoreHarness,
  type TestRedis,
} from '@rollcall/testing';
import type { Fence, Report, ServerId, SessionStore } from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { RedisSessionStore } from './redis-session-store';
import { aclUser, type AclFile } from './testing/acl-files';
import { POLICY, redisHarness, ROLL } from './testing/redis-harness';

type Use = [file: AclFile, ...operations: (keyof SessionStore)[]];

/** Which app asks the store for what. */
const USES: Use[] = [
  ['resolver', 'lookup', 'renew', 'findGrant', 'countGuess'],
  ['reconciler', 'findLapsed', 'evict', 'sweepFinished', 'sinceLastSweepMs', 'survey', 'records'],
  ['reconciler', 'hold', 'release', 'changeProtection'],
  ['cli', 'evictNow', 'servers', 'grantToken', 'revokeTokens', 'findClaimants'],
];

const AGENTS = ['agent', 'agent-of-one-host', 'ingest'] as const;

describeSessionStore('Redis under its ACL users, one for each host,', () =>
  harness('agent-of-one-host'),
);

describe.each(AGENTS)('with the reports of the user %s', (agent) => {
  const scale = { operations: 150, seeds: [4] };
  describeRandomOperations('Redis under its ACL users', () => harness(agent), scale);
});

async function harness(agent: (typeof AGENTS)[number]): Promise<StoreHarness> {
  const server = await startTestRedis();
  const operator = server.client();
  const plain = redisHarness(
    operator,
    async () => operator,
    async () => {
      const log = await operator.acl('LOG');
      await server.stop();
      if ((log as unknown[]).length > 0) throw new Error(`refused: ${JSON.stringify(log)}`);
    },
  );
  const stores = new Stores(server, operator);
  const store = Object.create(plain.store) as SessionStore;
  for (const [file, ...operations] of USES) {
    const own = await stores.of(file);
    for (const name of operations) {
      const operation = own[name] as (...args: unknown[]) => unknown;
      Object.defineProperty(store, name, { value: operation.bind(own) });
    }
  }
  store.report = async (report: Report) => (await stores.of(agent, report.server)).report(report);
  store.withdraw = async (id: ServerId, fence: Fence) =>
    (await stores.of(agent, id)).withdraw(id, fence);
  store.giveWay = async (id: ServerId, fence: Fence) =>
    (await stores.of(agent, id)).giveWay(id, fence);
  return { ...plain, store };
}

/** A store for each user, made when it is first needed: those of one host are as many as hosts. */
class Stores {
  private readonly made = new Map<string, Promise<SessionStore>>();

  constructor(
    private readonly server: TestRedis,
    private readonly operator: Redis,
  ) {}

  of(file: AclFile, server?: ServerId): Promise<SessionStore> {
    const [name, ...rules] = aclUser(file, server);
    const known = this.made.get(name);
    if (known) return known;
    const made = this.operator
      .acl('SETUSER', name, ...rules)
      .then(() => this.server.client({ username: name, password: 'any' }))
      .then((redis) => new RedisSessionStore(redis, ROLL, POLICY));
    this.made.set(name, made);
    return made;
  }
}
