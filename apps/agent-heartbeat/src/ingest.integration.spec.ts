import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { storeFailure, type ServerId } from '@rollcall/domain';
import {
  aReport,
  startTestRedis,
  TestCa,
  TlsFolder,
  until,
  type TestRedis,
} from '@rollcall/testing';
import { DoorAddresses } from './report-door/door-addresses';
import { DoorClient } from './report-door/door-client';
import { DoorReportStore } from './report-door/door-report-store';
import { AgentProcess, buildAgent } from './testing/agent-process';
import { CALM, FAST } from './testing/agent-stage';
import { DoorStage } from './testing/door-stage';
import { TcpBalancer } from './testing/tcp-balancer';

const AWAY = 'the session store takes no reports; pinging until it answers';
const REFUSED = 'the session store refuses the report';
const HOSTS = 20;

let redis: TestRedis;
let stage: DoorStage;
let balancer: TcpBalancer | undefined;
let loads: Load[];

beforeAll(async () => {
  buildAgent();
  redis = await startTestRedis();
}, 120_000);

afterAll(() => redis?.stop());

beforeEach(async () => {
  loads = [];
  await redis.client().flushall();
  stage = new DoorStage(redis.url, CALM);
  await stage.open();
}, 30_000);

afterEach(async () => {
  for (const load of loads) load.stop();
  await stage.close();
  balancer?.close();
  balancer = undefined;
});

/** A door takes no more than eight requests a second of one server. */
const REPORT_EVERY_MS = 150;

/** Hosts that report as often as they may, each its own server, as agents do: a report that found nobody is made up for by a later one. */
class Load {
  /** Reports that were not taken, and why. */
  readonly failures: string[] = [];
  readonly refusals: string[] = [];
  readonly applied = new Map<string, number>();
  private readonly stores: DoorReportStore[] = [];
  private over = false;
  private readonly hosts: Promise<void>[] = [];

  constructor(
    private readonly url: string,
    private readonly caPem: string,
  ) {}

  report(server: string, token: string): void {
    const credentials = {
      server: server as ServerId,
      authorization: `Bearer ${token}`,
      ca: this.caPem,
    };
    const addresses = new DoorAddresses({ random: Math.random });
    const client = new DoorClient(new URL(this.url), { current: () => credentials }, addresses);
    const policy = { reportTimeoutMs: 2_000, intervalMs: 100 };
    const store = new DoorReportStore(client, { policy });
    this.stores.push(store);
    this.hosts.push(this.run(store, server));
  }

  /** Lets the reports under way come to their end. */
  async finish(): Promise<void> {
    this.over = true;
    await Promise.all(this.hosts);
    this.stop();
  }

  stop(): void {
    this.over = true;
    for (const store of this.stores) store.onApplicationShutdown();
  }

  private async run(store: DoorReportStore, server: string): Promise<void> {
    for (let sequence = 1; !this.over; sequence++) {
      try {
        const { kind } = await store.report(aReport({ server, sequence, sessions: ['s'] }));
        if (kind === 'applied') this.applied.set(server, sequence);
        else this.refusals.push(kind);
      } catch (error) {
        const failure = storeFailure(error);
        if (failure === undefined) this.refusals.push(String(error));
        else this.failures.push(failure);
      }
      await delay(REPORT_EVERY_MS);
    }
  }
}

/** Twenty hosts behind one address of several doors, each of which knows them all: a door hears of a new identity in its own time. */
async function loadOn({ url, doorUrls }: { url: string; doorUrls: string[] }): Promise<Load> {
  const load = new Load(url, stage.caPem);
  loads.push(load);
  const tokens = new Map<string, string>();
  for (let host = 1; host <= HOSTS; host++) {
    tokens.set(`host-${host}`, await stage.issue(`host-${host}`));
  }
  for (const token of tokens.values()) {
    for (const doorUrl of doorUrls) await stage.untilKnown(token, doorUrl);
  }
  for (const [server, token] of tokens) load.report(server, token);
  await until('every host is on the roll', () => load.applied.size === HOSTS, 30_000);
  return load;
}

describe('a host that reports through a door', () => {
  it('is found, and has not even looked for a Redis', async () => {
    const visitors: string[] = [];
    const decoy = createServer((visitor) => visitors.push(visitor.remoteAddress ?? ''));
    decoy.listen(0, '127.0.0.1');
    await once(decoy, 'listening');
    const { port } = decoy.address() as AddressInfo;
    try {
      const agent = await stage.startOnRoll({ REDIS_URL: `redis://127.0.0.1:${port}` });
      expect(await stage.resolves()).toBe(true);
      await stage.untilReported(2);
      expect(visitors).toEqual([]);
      expect(agent.lines('the agent starts')).toMatchObject([{ door: stage.url }]);
      expect(agent.said).not.toContain('redis:');
    } finally {
      decoy.close();
    }
  });

  it('is known by a certificate as well, whose name is the server’s', async () => {
    const { url } = await stage.startDoor();
    const agent = await stage.startWithCertificate(url, 'gpu-7');
    expect(agent.lines('the agent starts')).toMatchObject([{ server: 'gpu-7', origin: 'shown' }]);
    expect(await stage.resolves('gpu-7~console')).toBe(true);
  });

  it('leaves no token in any log', async () => {
    const { door, url } = await stage.startDoor({ LOG_LEVEL: 'trace' });
    const agent = await stage.startOnRoll({ AGENT_REPORT_URL: url, LOG_LEVEL: 'trace' });
    await stage.revoke();
    await agent.untilSays(REFUSED);
    for (const said of [door.said, agent.said]) {
      expect(said).not.toContain(stage.secret);
    }
  });
});

describe('an identity', () => {
  it('that is revoked is of no use within seconds, and another one is within an interval', async () => {
    const agent = await stage.startOnRoll();
    await stage.revoke();
    const revokedAtMs = performance.now();
    await agent.untilSays(REFUSED);
    expect(performance.now() - revokedAtMs).toBeLessThan(10_000);
    expect(agent.said).toContain('IDENTITY_REFUSED');
    await until('its lease is over', async () => !(await stage.resolves()), 15_000);

    stage.install(await stage.issue());
    await until('the host is back', () => stage.resolves(), 20_000);
    await agent.untilSays('the session store accepts the reports again');
  });

  it('that is none is refused, and the agent says so', async () => {
    stage.install((await stage.issue()).replace(/.{4}$/, 'AAAA'));
    const agent = stage.start();
    await agent.untilSays(REFUSED);
    expect(await stage.resolves()).toBe(false);
  });

  it('of another server than the one configured stops the agent before it says anything', async () => {
    const agent = stage.start({ AGENT_SERVER_ID: 'gpu-2' });
    expect(await agent.exit).toBe(1);
    expect(agent.said).toContain('is of gpu-1: set one right');
  });

  it('that is missing stops the agent with a sentence', async () => {
    const agent = stage.start({ AGENT_REPORT_TOKEN_FILE: stage.state.file('none') });
    expect(await agent.exit).toBe(1);
    expect(agent.said).toMatch(/none cannot be read/);
  });

  it('outlives FLUSHALL, and so does a revocation', async () => {
    await stage.startOnRoll();
    const lost = await stage.issue('gpu-2');
    const answers = async (status: number) =>
      until(`the door answers ${status}`, async () => {
        return (await stage.asks(lost, '/ping')).status === status;
      });
    await answers(200);
    await stage.revoke('gpu-2');
    await answers(401);

    await redis.client().flushall();

    await until('the host is back', () => stage.resolves(), 20_000);
    await until('both are written back', async () => (await stage.identified()).length === 2);
    expect((await stage.asks(lost, '/ping')).status).toBe(401);
  });
});

describe('what a door is sent', () => {
  it('is refused, audited, and changes nothing when it names an address that is not allowed', async () => {
    const { door, url, opsUrl } = await stage.startDoor({ ENDPOINT_ALLOW: '10.0.0.0/8' });
    const agent = await stage.startOnRoll({ AGENT_REPORT_URL: url });
    await agent.end('SIGTERM');
    const before = await stage.record();

    for (const endpoint of [
      { host: '169.254.169.254' },
      { host: '127.0.0.1' },
      { host: '192.0.2.1' },
      { httpPort: 22 },
    ]) {
      const report = aReport({ endpoint, boot: 9_000_000_000 });
      const { status, json } = await stage.asks(stage.token, '/report', report, url);
      expect({ status, code: json['code'] }).toEqual({ status: 403, code: 'ENDPOINT_NOT_ALLOWED' });
    }

    expect(await stage.record()).toEqual(before);
    expect(door.said).toContain('"audit":"endpoint-refused"');
    const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
    expect(metrics).toContain('rollcall_ingest_endpoints_refused_total 4');
  });

  it('is refused when it names another server than its identity', async () => {
    const { status, json } = await stage.asks(stage.token, '/report', aReport({ server: 'gpu-2' }));
    expect({ status, code: json['code'] }).toEqual({ status: 403, code: 'IDENTITY_MISMATCH' });
    expect(await stage.resolves('gpu-2~console')).toBe(false);
  });
});

describe('a door whose store is away', () => {
  it('is alive and not ready, says 503, and has everybody back soon after', async () => {
    const { door, url, opsUrl } = await stage.startDoor();
    const health = async (page: string) => (await fetch(`${opsUrl}/health/${page}`)).status;
    const agent = await stage.startOnRoll({ AGENT_REPORT_URL: url });
    await until('the door is ready', async () => (await health('ready')) === 200);

    await redis.kill();
    await agent.untilSays(AWAY);
    expect(await stage.asks(stage.token, '/ping', undefined, url)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
    await until('the door is not ready', async () => (await health('ready')) === 503, 20_000);
    expect(await health('live')).toBe(200);

    await redis.restart({ empty: true });
    await until('the host is back', () => stage.resolves(), 20_000);
    await agent.untilSays('the session store takes reports again');
    await until('the door is ready', async () => (await health('ready')) === 200);
    expect(await door.end('SIGTERM')).toBe(0);
  });
});

describe('two doors', () => {
  async function twoDoors() {
    const doors = [await stage.startDoor(), await stage.startDoor()];
    balancer = await TcpBalancer.open(doors.map(({ port }) => port));
    const doorUrls = doors.map(({ url }) => url);
    return { doors: doors.map(({ door }) => door), doorUrls, url: balancer.url };
  }

  it('lose no report when one of them is stopped', async () => {
    const { doors, ...addresses } = await twoDoors();
    const load = await loadOn(addresses);
    const before = new Map(load.applied);

    expect(await doors[0]?.end('SIGTERM')).toBe(0);
    await until('every host has reported since', () =>
      [...load.applied].every(([server, sequence]) => sequence > (before.get(server) ?? 0) + 3),
    );
    await load.finish();

    expect({ failures: load.failures, refusals: load.refusals }).toEqual({
      failures: [],
      refusals: [],
    });
    for (const [server, sequence] of load.applied) {
      expect(await stage.lastSequence(server)).toBe(sequence);
    }
  });

  it('are one when the other is killed: nobody is lost, and nothing goes back', async () => {
    const { doors, ...addresses } = await twoDoors();
    const load = await loadOn(addresses);

    await doors[0]?.end('SIGKILL');
    const before = new Map(load.applied);
    await until('every host has reported since', () =>
      [...load.applied].every(([server, sequence]) => sequence > (before.get(server) ?? 0) + 3),
    );
    await load.finish();

    expect(load.refusals).toEqual([]);
    for (const [server, sequence] of load.applied) {
      expect(await stage.lastSequence(server)).toBeGreaterThanOrEqual(sequence);
    }
  });

  it('show no gap to anybody while one of them is killed', async () => {
    const { doors, url } = await twoDoors();
    await stage.startOnRoll({ AGENT_REPORT_URL: url });
    const answers = await stage.answersDuring(async () => {
      await doors[0]?.end('SIGKILL');
      await stage.untilReported(3);
      await stage.startDoor();
      await stage.untilReported(2);
    });
    expect(answers).toEqual(['answer']);
  });
});

describe('the command line of a door', () => {
  const door = (settings: Record<string, string>, args: string[] = []) =>
    new AgentProcess({ AGENT_ROLE: 'ingest', METRICS_PORT: '0', ...settings }, args);

  it('explains its settings, and none of a host', async () => {
    const help = door({}, ['--help']);
    expect(await help.exit).toBe(0);
    expect(help.said).toContain('INGEST_TLS_CERT_FILE');
    expect(help.said).not.toContain('AGENT_DCV_COMMAND');
  });

  it('refuses to start without TLS', async () => {
    const plain = door({});
    expect(await plain.exit).toBe(78);
    expect(plain.said).toContain('INGEST_TLS_CERT_FILE must be set');
    expect(plain.said).toContain('INGEST_TLS_KEY_FILE must be set');
  });

  it('refuses to start with files that do not do', async () => {
    const ca = await TestCa.create();
    const folder = await TlsFolder.create(await ca.server(['localhost'], { valid: 'past' }));
    const expired = door({
      ...folder.env({ prefix: 'INGEST', clientCa: false }),
      REDIS_URL: redis.url,
    });
    expect(await expired.exit).toBe(1);
    expect(expired.said).toMatch(/INGEST_TLS_CERT_FILE: .* has expired/);
    await folder.remove();
  });
});

describe('hosts with the timings of a test', () => {
  it('are as quick through a door', async () => {
    await stage.close();
    stage = new DoorStage(redis.url, FAST);
    await stage.open();
    await stage.startOnRoll();
    stage.dcv.lists('console', 'alice');
    await until('alice is found', () => stage.resolves('gpu-1~alice'), 3_000);
  });
});
