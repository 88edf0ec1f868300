import { DEFAULT_TIMINGS, type LeaseTimings } from '@rollcall/domain';
import { startTestRedis, until, type TestRedis } from '@rollcall/testing';
import { AgentProcess, buildAgent } from './agent-process';
import { CALM, FAST, type AgentStage, type OpenStage } from './agent-stage';

const REPORTS_BEYOND_THE_LEASE = Math.ceil(CALM.leaseTtlMs / CALM.intervalMs) + 1;

/** What an agent does on its host, whichever way its reports take. */
export function describeAgent(way: string, openStage: OpenStage): void {
  describe(`an agent that reports ${way}`, () => {
    let redis: TestRedis;
    let stage: AgentStage;

    beforeAll(async () => {
      buildAgent();
      redis = await startTestRedis();
    }, 120_000);

    afterAll(() => redis?.stop());

    beforeEach(() => set(FAST));

    afterEach(() => stage.close());

    async function set(timings: LeaseTimings): Promise<void> {
      await stage?.close();
      stage = openStage(redis.url, timings);
      await stage.open();
    }

    describe('an agent on a host', () => {
      it('puts the host’s sessions on the roll, with the address they are reached at', async () => {
        stage.dcv.lists('console', 'alice');
        const place = { AGENT_QUIC_PORT: '0', AGENT_WEB_URL_PATH: '/gpu-1', AGENT_ZONE: 'eu-1a' };
        await stage.startOnRoll(place);

        expect(await stage.lookup('gpu-1~alice')).toMatchObject({
          kind: 'answer',
          destination: {
            server: 'gpu-1',
            session: 'alice',
            endpoint: { host: '10.0.0.1', httpPort: 8443, quicPort: 0, webUrlPath: '/gpu-1' },
          },
        });
        expect(await stage.record()).toMatchObject({
          zone: 'eu-1a',
          healthy: true,
          leaving: false,
        });
      });

      it('is found within 3 s when a session opens or closes, with the default timings', async () => {
        await set(DEFAULT_TIMINGS);
        await stage.startOnRoll({ AGENT_POLL_INTERVAL_MS: '' });

        stage.dcv.lists('console', 'alice');
        await until('alice is found', () => stage.resolves('gpu-1~alice'), 3_000);

        stage.dcv.lists('console');
        await until('alice is gone', async () => !(await stage.resolves('gpu-1~alice')), 3_000);
        expect(await stage.resolves()).toBe(true);
      });

      it('answers for its health, and counts what it does', async () => {
        const agent = await stage.startOnRoll();
        const { port } = await agent.untilSays('health and metrics are served');
        const get = (path: string) => fetch(`http://127.0.0.1:${String(port)}${path}`);

        expect((await get('/health/live')).status).toBe(200);
        expect((await get('/health/ready')).status).toBe(200);
        const metrics = await (await get('/metrics')).text();
        expect(metrics).toMatch(/rollcall_reports_total\{outcome="applied"\} [1-9]/);
        expect(metrics).toMatch(/rollcall_dcv_reads_total\{outcome="ok"\} [1-9]/);
        expect(metrics).toContain(`${stage.upMetric} 1`);
        expect(metrics).toContain('rollcall_agent_sessions 1');
      });

      it('names no session in its log', async () => {
        stage.dcv.lists('a-secret-session');
        const agent = await stage.startOnRoll({ LOG_LEVEL: 'info' });
        stage.dcv.lists('another-secret-session', 'bad\n-secret-session');
        await agent.untilSays('sessions changed');

        expect(agent.said).not.toContain('secret-session');
      });
    });

    describe('a failing dcv', () => {
      it('leaves the sessions on the roll, unhealthy, until the grace is over', async () => {
        await stage.startOnRoll({ DCV_GRACE_MS: '2500' });
        const answers = await stage.answersDuring(async () => {
          stage.dcv.does('fail');
          await until('the host is unhealthy', async () => !(await stage.record()).healthy);
          await stage.untilReported(2);
        });
        expect(answers).toEqual(['answer']);

        const isWithheld = async () => (await stage.lookup()).kind === 'not-listed';
        await until('the sessions are withheld', isWithheld);
        stage.dcv.lists('console');
        await until('the sessions are back', () => stage.resolves());
      });

      it('takes nothing off the roll when it fails from the start of the next agent', async () => {
        await set(CALM);
        const before = await stage.startOnRoll();
        await before.end('SIGKILL');
        stage.dcv.does('hang');

        const answers = await stage.answersDuring(async () => {
          await stage.startOnRoll({ AGENT_DCV_TIMEOUT_MS: '1000', DCV_GRACE_MS: '60000' });
          await stage.untilReported(REPORTS_BEYOND_THE_LEASE);
        });

        expect(answers).toEqual(['answer']);
        expect(await stage.record()).toMatchObject({ healthy: false });
      });
    });

    describe('a restart', () => {
      it('by SIGTERM is a leave, and nobody notices', async () => {
        await set(CALM);
        const before = await stage.startOnRoll();

        const answers = await stage.answersDuring(async () => {
          expect(await before.end('SIGTERM')).toBe(0);
          expect(await stage.record()).toMatchObject({ leaving: true });
          const after = await stage.startOnRoll();
          expect(after.lines('the agent starts')).toMatchObject([{ returning: true }]);
          await stage.untilReported(REPORTS_BEYOND_THE_LEASE);
        });

        expect(answers).toEqual(['answer']);
        expect(await stage.record()).toMatchObject({ leaving: false });
      });

      it('that does not come lets the sessions go after two intervals', async () => {
        const agent = await stage.startOnRoll();
        await agent.end('SIGTERM');
        expect(await stage.resolves()).toBe(true);

        await until('the lease of a leaver is over', async () => !(await stage.resolves()), 1_500);
      });

      it('by kill -9 keeps the id, raises the boot number and is not locked out', async () => {
        const before = await stage.startOnRoll({ AGENT_SERVER_ID: '' });
        const { server, boot } = before.lines('the agent starts')[0] ?? {};
        await before.end('SIGKILL');

        const after = await stage.startOnRoll({ AGENT_SERVER_ID: '' });

        const life = after.lines('the agent starts')[0];
        expect(life).toMatchObject({ server, origin: stage.keptOrigin, returning: false });
        expect(Number(life?.['boot'])).toBeGreaterThan(Number(boot));
      });

      it.each(['SIGTERM', 'SIGKILL'] as const)(
        'by %s keeps the links of a session that is the same, and voids those of one that was reopened meanwhile',
        async (signal) => {
          await set(CALM);
          const console_ = { id: 'console', 'creation-time': '2026-11-21T08:00:00.123456Z' };
          stage.dcv.says([console_]);
          const first = await stage.startOnRoll();
          await stage.makeLink();
          await first.end(signal);

          const second = await stage.startOnRoll();
          await stage.untilReported(1);
          expect(await stage.linkIsGood()).toBe(true);

          await second.end(signal);
          stage.dcv.says([{ ...console_, 'creation-time': '2026-11-21T09:00:00.123456Z' }]);
          await stage.startOnRoll();
          expect(await stage.linkIsGood()).toBe(false);
        },
      );

      it('with AGENT_STOP=withdraw takes the sessions down at once', async () => {
        const agent = await stage.startOnRoll({ AGENT_STOP: 'withdraw' });

        expect(await agent.end('SIGTERM')).toBe(0);

        expect(await stage.lookup()).toMatchObject({ kind: 'absent', lastKnown: { kind: 'gone' } });
      });
    });

    describe('the command line', () => {
      it('explains every setting', async () => {
        const help = new AgentProcess({}, ['--help']);

        expect(await help.exit).toBe(0);
        expect(help.said).toContain('AGENT_ENDPOINT');
        expect(help.said).toContain('DCV_GRACE_MS (30000)');
      });

      it.each([
        ['no address', { AGENT_ENDPOINT: '' }, 78, 'AGENT_ENDPOINT must be set'],
        [
          'an address that the roll refuses',
          { AGENT_ENDPOINT: '127.0.0.1' },
          78,
          'would be refused',
        ],
        [
          'a state directory that cannot be',
          { AGENT_STATE_DIR: '/dev/null/x' },
          1,
          'cannot be made',
        ],
      ])('refuses to start with %s, and says why', async (_what, settings, code, sentence) => {
        const agent = stage.start(settings);

        expect(await agent.exit).toBe(code);
        expect(agent.said).toContain(sentence);
      });
    });
  });
}
