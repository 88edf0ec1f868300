import { serverId } from '@rollcall/testing';
import { BoundedLogs } from '@rollcall/observability';
import { recordingLogger } from '../testing/resolver-under-test';
import type { VerifyDecision } from './verify-decision';
import { VerifyLog } from './verify.log';

const asker = { sourceAddress: '10.0.0.1', server: serverId('gpu-1'), session: 'my-desk' };
const wrong: VerifyDecision = { kind: 'no', reason: 'wrong-token' };
const guessed: VerifyDecision = { kind: 'no', reason: 'too-many-guesses' };
const late: VerifyDecision = { kind: 'unavailable', cause: 'late' };
const yes: VerifyDecision = { kind: 'yes', server: serverId('gpu-1'), user: 'ann' };

describe('the log of verifications', () => {
  const { lines, logger } = recordingLogger('info');
  let logs: BoundedLogs;
  let log: VerifyLog;

  beforeEach(() => {
    lines.length = 0;
    logs = new BoundedLogs(logger);
    log = new VerifyLog(logs);
  });

  it('names the host of a refusal, and masks the session', () => {
    log.decided('no_wrong_token', wrong, asker);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        msg: 'verification',
        outcome: 'no_wrong_token',
        sourceAddress: '10.0.0.1',
        server: 'gpu-1',
        session: expect.stringMatching(/^#[0-9a-f]{8}$/),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('my-desk');
  });

  it('holds nothing of a yes above debug level, and never who it was', () => {
    log.decided('yes', yes, asker);
    expect(lines).toEqual([]);
    const debug = recordingLogger('debug');
    new VerifyLog(new BoundedLogs(debug.logger)).decided('yes', yes, {
      ...asker,
      server: undefined,
    });
    expect(debug.lines).toMatchObject([{ level: 'debug', server: 'gpu-1', sessionId: 'my-desk' }]);
    expect(JSON.stringify(debug.lines)).not.toContain('ann');
  });

  it('holds at most a hundred refusals of a kind per period, then how many more there were', () => {
    for (let count = 0; count < 1_000; count++) log.decided('no_wrong_token', wrong, asker);
    expect(lines).toHaveLength(100);
    logs.nextPeriod();
    expect(lines.at(-1)).toMatchObject({ outcome: 'no_wrong_token', unlogged: 900 });
  });

  it('says of an outage once in a period, as a warning', () => {
    for (let count = 0; count < 1_000; count++) log.decided('unavailable', late, asker);
    logs.nextPeriod();
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', outcome: 'unavailable', cause: 'late' }),
      expect.objectContaining({ level: 'warn', outcome: 'unavailable', unlogged: 999 }),
    ]);
  });

  it('warns of several hosts where tokens are guessed in one period', () => {
    for (let host = 1; host <= 20; host++) {
      log.decided('no_too_many_guesses', guessed, { ...asker, sourceAddress: `10.0.0.${host}` });
    }
    logs.nextPeriod();
    expect(lines).toHaveLength(11);
    expect(lines[9]).toMatchObject({ level: 'warn', sourceAddress: '10.0.0.10' });
    expect(lines[10]).toMatchObject({ outcome: 'no_too_many_guesses', unlogged: 10 });
  });
});
