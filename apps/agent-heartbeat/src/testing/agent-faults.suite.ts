import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, until, type TestRedis } from '@rollcall/testing';
import { buildAgent } from './agent-process';
import { FAST, type AgentStage, type OpenStage } from './agent-stage';
import { TempDir } from './temp-dir';

const BACK_MS = 1.1 * FAST.intervalMs + 2_000;
const AWAY = 'the session store takes no reports; pinging until it answers';

/** What an agent and its store go through, whichever way the reports take. */
export function describeAgentFaults(way: string, openStage: OpenStage): void {
  describe(`an agent that reports ${way}, in trouble`, () => {
    let redis: TestRedis;
    let stage: AgentStage;

    beforeAll(async () => {
      buildAgent();
      redis = await startTestRedis();
    }, 120_000);

    afterAll(() => redis?.stop());

    beforeEach(async () => {
      stage = openStage(redis.url, FAST);
      await stage.open();
    });

    afterEach(() => stage.close());

    describe('a suspended agent', () => {
      it('brings back no session that was closed in the meantime', async () => {
        stage.dcv.lists('console', 'alice');
        const agent = await stage.startOnRoll();
        agent.signal('SIGSTOP');
        await until('its lease is over', async () => !(await stage.resolves('gpu-1~alice')));
        stage.dcv.lists('console');

        const answers = await stage.answersDuring(async () => {
          agent.signal('SIGCONT');
          await until('the host is back', () => stage.resolves());
        }, 'gpu-1~alice');

        expect(answers).not.toContain('answer');
      });

      it('does not do so either when it is stopped before it has looked', async () => {
        stage.dcv.lists('console', 'alice');
        const agent = await stage.startOnRoll();
        agent.signal('SIGSTOP');
        await until('its lease is over', async () => !(await stage.resolves('gpu-1~alice')));
        stage.dcv.lists('console');

        const answers = await stage.answersDuring(async () => {
          agent.signal('SIGTERM');
          agent.signal('SIGCONT');
          expect(await agent.exit).toBe(0);
        }, 'gpu-1~alice');

        expect(answers).not.toContain('answer');
      });
    });

    describe('two agents', () => {
      it('do not share a state directory', async () => {
        const first = await stage.startOnRoll();
        const second = stage.start();

        expect(await second.exit).toBe(1);
        expect(second.said).toContain('Another agent is running with the state directory');
        expect(await first.end('SIGTERM')).toBe(0);
      });

      it('with one server id: the newer serves, the older stops with a sentence', async () => {
        const older = await stage.startOnRoll();
        const clone = new TempDir();
        try {
          cpSync(stage.state.file('identity.json'), clone.file('identity.json'));
          const place = { AGENT_STATE_DIR: clone.path, AGENT_ENDPOINT: '10.0.0.2' };
          const newer = await stage.startOnRoll(place);

          expect(await older.exit).toBe(3);
          expect(older.said).toContain('Give every host its own AGENT_SERVER_ID');
          expect(await stage.lookup()).toMatchObject({
            destination: { endpoint: { host: '10.0.0.2' } },
          });
          expect(await newer.end('SIGTERM')).toBe(0);
        } finally {
          clone.remove();
        }
      });
    });

    describe('a store that is away', () => {
      it('is waited for, and everything is back in time though it comes back empty', async () => {
        const agent = await stage.startOnRoll();
        await redis.kill();
        await agent.untilSays(AWAY);
        await delay(FAST.leaseTtlMs);
        await redis.restart({ empty: true });
        const backAtMs = performance.now();

        await until('it is found', () => stage.resolves(), BACK_MS + 1_000);

        expect(performance.now() - backAtMs).toBeLessThan(BACK_MS);
        await agent.untilSays('the session store takes reports again');
      });

      it('is waited for at the start, too', async () => {
        await redis.kill();
        const agent = stage.start();
        await agent.untilSays(AWAY);
        await redis.restart();

        await agent.untilSays('on the roll');
      });

      it('does not keep the agent from stopping within 3 s, hung as it may be', async () => {
        const agent = await stage.startOnRoll();
        await redis.pause();
        try {
          const stoppedAtMs = performance.now();
          expect(await agent.end('SIGTERM')).toBe(0);
          expect(performance.now() - stoppedAtMs).toBeLessThan(3_000);
        } finally {
          await redis.resume();
        }
      });
    });
  });
}
