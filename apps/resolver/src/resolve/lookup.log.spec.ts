import { BoundedLogs } from '@rollcall/observability';
import { anEndpoint, localId, publicId, serverId } from '@rollcall/testing';
import { recordingLogger } from '../testing/resolver-under-test';
import type { LookupDecision } from './lookup-decision';
import { LookupLog } from './lookup.log';
import type { LookupQuery } from './lookup-query.reader';

const query: LookupQuery = { sessionId: 'my-desk', id: publicId('my-desk'), transport: 'HTTP' };
const unknown: LookupDecision = { kind: 'not-found', reason: 'unknown' };
const found: LookupDecision = {
  kind: 'found',
  destination: { server: serverId('gpu-1'), session: localId('my-desk'), endpoint: anEndpoint() },
  port: 8443,
};

describe('the log of lookups', () => {
  const { lines, logger } = recordingLogger('info');
  let logs: BoundedLogs;
  let log: LookupLog;

  beforeEach(() => {
    lines.length = 0;
    logs = new BoundedLogs(logger);
    log = new LookupLog(logs);
  });

  it('holds a line per refusal, the id masked alike each time', () => {
    log.decided('not_found_unknown', unknown, query, 'gateway');
    log.decided('not_found_unknown', unknown, query, 'gateway');
    expect(lines[0]).toMatchObject({
      outcome: 'not_found_unknown',
      edge: 'gateway',
      transport: 'HTTP',
      msg: 'lookup',
    });
    expect(lines[1]?.session).toBe(lines[0]?.session);
    expect(JSON.stringify(lines)).not.toContain('my-desk');
  });

  it('holds nothing of what was found above debug level', () => {
    log.decided('live', found, query, 'gateway');
    expect(lines).toEqual([]);
  });

  it('holds at most a hundred lines of an outcome per period, then how many more there were', () => {
    for (let count = 0; count < 1_000; count++)
      log.decided('not_found_unknown', unknown, query, 'gateway');
    log.refused('INVALID_QUERY', 'gateway');
    expect(lines).toHaveLength(101);
    logs.nextPeriod();
    expect(lines.at(-1)).toMatchObject({ outcome: 'not_found_unknown', unlogged: 900 });
    logs.nextPeriod();
    expect(lines).toHaveLength(102);
    log.decided('not_found_unknown', unknown, query, 'gateway');
    expect(lines).toHaveLength(103);
  });

  it('tells a proxy’s question from a gateway’s', () => {
    log.decided('not_found_unknown', unknown, query, 'proxy');
    log.refused('INVALID_SESSION_ID', 'proxy');
    expect(lines).toMatchObject([{ edge: 'proxy' }, { edge: 'proxy', outcome: 'invalid' }]);
  });

  it('says in a line of a stale answer whose word it is', () => {
    log.decided('stale_held', { ...found, stale: 'held' }, query, 'gateway');
    expect(lines[0]).toMatchObject({ level: 'info', outcome: 'stale_held', server: 'gpu-1' });
    expect(lines[0]).not.toHaveProperty('sessionId');
  });
});
