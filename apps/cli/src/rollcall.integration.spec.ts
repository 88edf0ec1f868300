import { leasePolicy, type HoldCause, type SessionStore } from '@rollcall/domain';
import type { OpenSessionStore } from '@rollcall/session-store';
import {
  aReport,
  publicId,
  serverId,
  startTestRedis,
  type ReportTraits,
  type TestRedis,
} from '@rollcall/testing';
import { ConnectionTokens } from '@rollcall/tokens';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openRoll } from './roll/open-roll';
import { rollcall } from './rollcall';
import { RecordingTerminal } from './testing/recording-terminal';
import { RunningCommand } from './testing/running-command';

const TIMINGS = { intervalMs: 500, leaseTtlMs: 2_000, retentionMs: 30_000, sweepIntervalMs: 100 };
const policy = leasePolicy(TIMINGS);

let redis: TestRedis;
let opened: OpenSessionStore;
let store: SessionStore;
let roll: string;
let rolls = 0;

beforeAll(async () => {
  redis = await startTestRedis({ persistence: 'always' });
});

afterAll(() => redis.stop());

beforeEach(async () => {
  roll = `cli-${++rolls}`;
  const { openSessionStore } = await import('@rollcall/session-store');
  const config = { url: redis.url, keyPrefix: 'rollcall', roll };
  opened = openSessionStore({ redis: config, policy, role: 'report' });
  await opened.ready(5_000);
  store = opened.store;
});

afterEach(() => opened.close());

function env(): NodeJS.ProcessEnv {
  return {
    REDIS_URL: redis.url,
    ROLL: roll,
    HEARTBEAT_INTERVAL_MS: String(TIMINGS.intervalMs),
    LEASE_TTL_MS: String(TIMINGS.leaseTtlMs),
    RETENTION_MS: String(TIMINGS.retentionMs),
    SWEEP_INTERVAL_MS: String(TIMINGS.sweepIntervalMs),
  };
}

async function report(traits: ReportTraits = {}): Promise<void> {
  await store.report(aReport(traits));
}

/** Keeps the roll written until a renewal finds it settled. */
async function settle(): Promise<void> {
  while (!(await store.renew()).settled) await delay(policy.renewEveryMs);
}

/** Keeps the roll written until whoever has lapsed may be struck off. */
async function untilJudged(): Promise<void> {
  await settle();
  while (!(await store.findLapsed(0)).judged) {
    await delay(policy.renewEveryMs);
    await store.renew();
  }
}

/** Waits until the test's own connection is back. */
async function untilAnswers(): Promise<void> {
  const answers = () =>
    store.ping().then(
      () => true,
      () => false,
    );
  while (!(await answers())) await delay(20);
}

/** Waits, on a roll that stays settled, until so many are late. */
async function untilLate(servers: number): Promise<void> {
  while ((await store.survey(servers)).lateTotal < servers) {
    await store.renew();
    await delay(policy.renewEveryMs);
  }
}

async function hold(server: string, cause: HoldCause): Promise<void> {
  const [record] = await store.records([serverId(server)]);
  if (!record) throw new Error(`${server} is not on the roll`);
  const vouch = { cause, by: 'reconciler-1', verdictTtlMs: 15_000, holdMaxMs: 1_800_000 };
  expect(await store.hold(record, vouch)).toMatchObject({ kind: 'held' });
}

describe('rollcall on a real Redis', () => {
  async function run(...argv: string[]) {
    const terminal = new RecordingTerminal();
    const exitCode = await rollcall(argv, '1.2.3', {
      terminal,
      openRoll: () => openRoll(env()),
      pause: async () => terminal.pressCtrlC(),
      openLink: async () => false,
    });
    return { exitCode, out: terminal.outText, err: terminal.errText };
  }

  async function json(...argv: string[]) {
    const { exitCode, out } = await run(...argv, '--json');
    return { exitCode, document: JSON.parse(out) };
  }

  it('lists servers and sessions', async () => {
    await report({ server: 'gpu-1', sessions: ['console', '設計 2'] });
    await report({ server: 'gpu-2', zone: 'eu-1a', endpoint: { host: '2001:db8::5' } });

    expect(await json('servers', '--zone', 'eu-1a')).toMatchObject({
      exitCode: 0,
      document: { servers: [{ server: 'gpu-2', host: '2001:db8::5' }] },
    });
    const { document } = await json('sessions');
    expect(document.sessions.map(({ id, bare }: Record<string, string>) => [id, bare])).toEqual([
      ['gpu-1~console', 'ambiguous'],
      ['gpu-1~設計 2', 'ok'],
      ['gpu-2~console', 'ambiguous'],
    ]);
  });

  it('resolves as a resolver would, before and after the roll is settled', async () => {
    await report();
    expect(await run('resolve', 'gpu-1~console')).toMatchObject({ exitCode: 0 });
    expect(await run('resolve', 'nobody')).toMatchObject({ exitCode: 3 });

    await settle();
    await report({ sequence: 2 });
    expect(await json('resolve', 'console')).toMatchObject({
      exitCode: 0,
      document: { status: 200, body: { SessionId: 'console', Port: 8443 } },
    });
    expect(await run('resolve', 'nobody')).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('404 SESSION_NOT_FOUND'),
    });
  });

  it('needs no writes to look, and says so when an eviction is refused them', async () => {
    await report();
    const admin = redis.client();
    await admin.config('SET', 'min-replicas-to-write', '1');
    try {
      expect(await run('servers')).toMatchObject({ exitCode: 0 });
      expect(await run('sessions')).toMatchObject({ exitCode: 0 });
      expect(await run('resolve', 'gpu-1~console')).toMatchObject({ exitCode: 0 });
      expect(await run('explain', 'console')).toMatchObject({ exitCode: 0 });
      expect(await run('protect')).toMatchObject({ exitCode: 0 });
      expect(await run('evict', 'gpu-1')).toEqual({
        exitCode: 3,
        out: '',
        err: expect.stringMatching(
          /^rollcall: the session store refuses writes: .*NOREPLICAS.*\n$/,
        ),
      });
    } finally {
      await admin.config('SET', 'min-replicas-to-write', '0');
    }
  });

  it('lets a user in, and out again', async () => {
    await report({ sessions: ['console', 'cad'] });
    const tokens = new ConnectionTokens(store);
    const verdict = async (token: string, session: string) =>
      (
        await tokens.verify({
          server: serverId('gpu-1'),
          sourceAddress: '10.0.0.1',
          session,
          token,
        })
      ).kind;
    const connect = async (id: string) => {
      const argv = ['connect', id, '--user', 'CORP\\alice', '--gateway', 'gw.example'];
      const { exitCode, document } = await json(...argv);
      expect(exitCode).toBe(0);
      return document.token as string;
    };

    const console_ = await connect('gpu-1~console');
    const cad = await connect('gpu-1~cad');
    expect(await verdict(console_, 'console')).toBe('yes');
    expect(await verdict(console_, 'cad')).toBe('no');

    expect(await json('revoke', 'gpu-1~console')).toMatchObject({
      exitCode: 0,
      document: { revoked: 1 },
    });
    expect(await verdict(console_, 'console')).toBe('no');
    expect(await verdict(cad, 'cad')).toBe('yes');
    expect(await json('revoke', '--user', 'CORP\\alice')).toMatchObject({
      exitCode: 0,
      document: { revoked: 1 },
    });
    expect(await verdict(cad, 'cad')).toBe('no');
    expect(await run('revoke', '--user', 'CORP\\alice')).toMatchObject({ exitCode: 1 });
  });

  it('takes links with the server that is struck off', async () => {
    await report();
    const argv = ['connect', 'gpu-1~console', '--user', 'alice', '--proxy', 'desk.example'];
    const { document } = await json(...argv);
    expect(document.links.proxy).toMatch(
      /^https:\/\/desk\.example:443\/s\/gpu-1~console\/\?authToken=[\w-]{43}#gpu-1~console$/,
    );

    await run('evict', 'gpu-1');
    await report({ sequence: 2 });

    const question = { server: serverId('gpu-1'), sourceAddress: '10.0.0.1', session: 'console' };
    expect(
      await new ConnectionTokens(store).verify({ ...question, token: document.token }),
    ).toEqual({ kind: 'no', reason: 'wrong-token' });
  });

  it('strikes off a living server, which its next report brings back', async () => {
    await report({ sessions: ['console', 'cad'] });

    expect(await json('evict', 'gpu-1')).toEqual({
      exitCode: 0,
      document: { server: 'gpu-1', outcome: 'evicted', sessions: 2 },
    });
    expect(await run('evict', 'gpu-1')).toMatchObject({
      exitCode: 1,
      out: 'gpu-1 is not on the roll.\n',
    });

    await report({ sequence: 2 });
    expect(await json('servers')).toMatchObject({ document: { servers: [{ server: 'gpu-1' }] } });
  });

  it('shows who is held, on whose word, and what a gateway is told meanwhile', async () => {
    await settle();
    await report({ server: 'gpu-1', zone: 'eu-1a' });
    await untilLate(1);
    await hold('gpu-1', 'probe');

    expect(await json('servers', '--state', 'held')).toMatchObject({
      exitCode: 0,
      document: { protections: [], servers: [{ server: 'gpu-1', state: 'held' }] },
    });
    expect((await json('sessions')).document.sessions).toMatchObject([
      { id: 'gpu-1~console', bare: 'ok', state: 'held', leaseLeftMs: expect.any(Number) },
    ]);
    expect(await json('resolve', 'console')).toMatchObject({
      exitCode: 0,
      document: { status: 200, stale: 'held' },
    });
    expect(await json('explain', 'console')).toMatchObject({
      exitCode: 0,
      document: {
        settled: true,
        session: { answers: { HTTP: { status: 200, stale: 'held' } }, claimants: ['gpu-1'] },
        servers: [{ server: 'gpu-1', state: 'held', heldBy: 'probe', boot: 1, sequence: 1 }],
      },
    });

    await run('evict', 'gpu-1');
    expect(await json('explain', 'gpu-1')).toMatchObject({
      exitCode: 0,
      document: { servers: [{ server: 'gpu-1', state: 'gone' }] },
    });
  });

  it('shows a protection, and ends it once, whoever is faster', async () => {
    await settle();
    for (const server of ['a', 'b', 'c']) await report({ server, zone: 'eu-1a' });
    await untilLate(3);
    const on = { to: 'on', late: 3, servers: 3, holdMaxMs: 1_800_000 } as const;
    expect(await store.changeProtection('eu-1a', 0, on)).toBe(true);
    await hold('a', 'protection');

    expect(await json('protect')).toMatchObject({
      exitCode: 0,
      document: {
        protections: [{ zone: 'eu-1a', late: 3, servers: 3 }],
        zones: [{ zone: 'eu-1a', state: 'protected' }],
      },
    });
    expect(await json('resolve', 'a~console')).toMatchObject({
      document: { stale: 'protected', protections: [{ zone: 'eu-1a' }] },
    });
    expect(await run('servers')).toMatchObject({
      out: expect.stringMatching(/^!! PROTECTED: the zone eu-1a, since [^]*\na +protected +eu-1a /),
    });
    expect((await run('explain', 'a')).out).toContain('rollcall protect off --zone eu-1a');

    const both = await Promise.all([run('protect', 'off'), run('protect', 'off')]);
    expect(both.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1]);
    expect(await run('protect', 'off', '--all')).toMatchObject({ exitCode: 1 });
    expect((await json('protect')).document).toMatchObject({
      protections: [],
      zones: [{ zone: 'eu-1a', state: 'ended' }],
    });
    const ends = await redis.client().xrange(`rollcall:{${roll}}:events`, '-', '+');
    expect(ends.filter(([, fields]) => fields.includes('protection.ended'))).toHaveLength(1);
  });

  it('sweeps away whose lease is over', async () => {
    await report({ server: 'gpu-1' });
    await untilJudged();
    await report({ server: 'gpu-2' });

    expect(await json('sweep')).toEqual({
      exitCode: 0,
      document: { lapsed: 1, evicted: 1, sessions: 1, spared: 0, judged: true },
    });
    expect(await store.lookup(publicId('gpu-1~console'))).toMatchObject({ kind: 'absent' });
    expect(await store.lookup(publicId('gpu-2~console'))).toMatchObject({ kind: 'answer' });
  });
});

describe('the rollcall process', () => {
  const running: RunningCommand[] = [];

  function start(...argv: string[]): RunningCommand {
    const command = new RunningCommand(argv, env());
    running.push(command);
    return command;
  }

  beforeAll(() => {
    const tsc = require.resolve('typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-b', join(__dirname, '../tsconfig.build.json')], {
      stdio: 'inherit',
    });
  }, 120_000);

  afterEach(() => {
    for (const command of running.splice(0)) command.kill();
  });

  it('prints a table and exits 0', async () => {
    await report();

    const command = start('sessions');

    expect(await command.ended).toBe(0);
    expect(command.said.out).toMatch(/^SESSION .*\ngpu-1~console .*\n/);
    expect(command.said.err).toBe('');
  });

  it('exits with the code of what it found', async () => {
    expect(await start('resolve', 'nobody').ended).toBe(3);
    expect(await start('evict', 'gpu-9').ended).toBe(1);
    expect(await start('frobnicate').ended).toBe(2);
  });

  it('loads neither Nest nor the Redis client for its help', async () => {
    const command = new RunningCommand(['--help'], {}, [
      '--import',
      `data:text/javascript,import { createRequire } from 'node:module';
       const { cache } = createRequire('${__filename}');
       process.on('exit', () => console.error(Object.keys(cache).filter((file) => /ioredis|nestjs|class-validator/.test(file)).length));`,
    ]);

    expect(await command.ended).toBe(0);
    expect(command.said.err).toBe('0\n');
  });

  it('lists every wrong setting without the value of a secret, and exits 78', async () => {
    const command = new RunningCommand(['servers'], {
      ROLL: '{x}',
      LEASE_TTL_MS: 'long',
      REDIS_URL: 'http://:s3cret@127.0.0.1',
    });

    expect(await command.ended).toBe(78);
    expect(command.said.err.trimEnd().split('\n')).toHaveLength(3);
    expect(command.said.err).toMatch(/^rollcall: .*REDIS_URL/m);
    expect(command.said.err).not.toContain('s3cret');
  });

  it('says in one sentence where nothing answers, without the password, and exits 3', async () => {
    const command = new RunningCommand(['servers'], {
      REDIS_URL: 'redis://me:s3cret@127.0.0.1:1/0',
    });

    expect(await command.ended).toBe(3);
    expect(command.said.err).toBe(
      'rollcall: the session store does not answer: REDIS_URL is redis://127.0.0.1:1/0 (connect ECONNREFUSED 127.0.0.1:1)\n',
    );
  });

  it('does not wait for a Redis that hangs', async () => {
    await redis.pause();
    try {
      const command = start('servers');

      expect(await command.ended).toBe(3);
      expect(command.said.err).toMatch(
        /^rollcall: the session store does not answer: REDIS_URL is .*\n$/,
      );
    } finally {
      await redis.resume();
    }
  }, 10_000);

  it('prints a fresh table on every change, without escape codes, until it is interrupted', async () => {
    await report({ server: 'gpu-1' });
    const command = start('servers', '--watch');
    await command.hasSaid('out', /1 server:/);

    await report({ server: 'gpu-2' });
    await command.hasSaid('out', /2 servers:/);
    command.interrupt();

    expect(await command.ended).toBe(0);
    expect(command.said.out).not.toContain('\u001b');
  });

  it('shows events as they come, also after Redis was gone, until it is interrupted', async () => {
    await report({ server: 'gpu-1' });
    const command = start('watch', '--since', '1h');
    await command.hasSaid('out', /server\.joined +gpu-1 +new\n.*session\.opened +gpu-1~console\n/);

    await redis.kill();
    await command.hasSaid('err', /the session store does not answer: .*; waiting for it\n/);
    await redis.restart();
    await command.hasSaid('err', /the session store answers again\n/);
    await untilAnswers();
    await report({ server: 'gpu-2' });
    await command.hasSaid('out', /session\.opened +gpu-2~console\n/);
    command.interrupt();

    expect(await command.ended).toBe(0);
    expect(command.said.out.match(/gpu-1~console/g)).toHaveLength(1);
    expect(command.said.err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('ends without a word when nobody reads on', async () => {
    await report({ server: 'gpu-1' });
    const command = start('watch', '--since', '0', '--json');
    await command.hasSaid('out', /session\.opened/);

    command.stopReading();
    await report({ server: 'gpu-2' });

    expect(await command.ended).toBe(0);
    expect(command.said.err).toBe('');
  });
});
