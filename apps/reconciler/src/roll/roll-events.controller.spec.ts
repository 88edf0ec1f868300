import { BoundedLogs, createLogger, Metrics } from '@rollcall/observability';
import { sample } from '../testing/sample';
import { RollEventsController } from './roll-events.controller';
import { RollLog } from './roll.log';
import { RollMetrics } from './roll.metrics';

describe('the books of the roll', () => {
  let metrics: Metrics;
  let books: RollEventsController;
  let logs: BoundedLogs;
  let told: Record<string, unknown>[];
  const about = { at: 1, server: 'gpu-1' };

  beforeEach(() => {
    told = [];
    const destination = { write: (line: string) => void told.push(JSON.parse(line)) };
    logs = new BoundedLogs(createLogger({ app: 'reconciler', level: 'info' }, destination));
    metrics = new Metrics();
    books = new RollEventsController(new RollMetrics(metrics), new RollLog(logs));
  });

  const sentences = () => told.map(({ msg }) => msg);

  it('count servers that join and get lost; a withdrawal is no eviction', async () => {
    books.joined({ ...about, reason: 'new' });
    for (const reason of ['lapsed', 'operator', 'withdrawn'] as const) {
      books.lost({ ...about, reason, sessions: 2 });
    }
    const lost = { event: 'lost', reason: 'withdrawn' };
    expect(await sample(metrics, 'server_events_total', { event: 'joined', reason: 'new' })).toBe(
      1,
    );
    expect(await sample(metrics, 'server_events_total', lost)).toBe(1);
    expect(await sample(metrics, 'evictions_total', { reason: 'lapsed' })).toBe(1);
    expect(await sample(metrics, 'evictions_total', { reason: 'operator' })).toBe(1);
    expect(await sample(metrics, 'evictions_total', { reason: 'withdrawn' })).toBeUndefined();
    expect(sentences()).toEqual(['a server has joined', 'a server is gone', 'a server is gone']);
  });

  it('count every reason of an eviction', async () => {
    for (const reason of ['dead', 'hold-expired', 'replaced'] as const) {
      books.lost({ ...about, reason, sessions: 1 });
      books.evicted({ ...about, session: 'a', reason });
      expect(await sample(metrics, 'evictions_total', { reason })).toBe(1);
      expect(await sample(metrics, 'evicted_sessions_total', { reason })).toBe(1);
      expect(await sample(metrics, 'server_events_total', { event: 'lost', reason })).toBe(1);
    }
  });

  it('count who is held, on whose word, and who reports again', async () => {
    for (const reason of ['probe', 'protection'] as const) {
      books.held({ ...about, reason });
      expect(await sample(metrics, 'server_events_total', { event: 'held', reason })).toBe(1);
    }
    books.recovered();
    const recovered = { event: 'recovered', reason: 'reported' };
    expect(await sample(metrics, 'server_events_total', recovered)).toBe(1);
  });

  it('count protections that begin, and why they end', async () => {
    books.protectionStarted();
    books.protectionEnded({ at: 2, zone: 'eu-1a', reason: 'operator' });
    const started = { event: 'started', reason: 'many-late' };
    const ended = { event: 'ended', reason: 'operator' };
    expect(await sample(metrics, 'protection_events_total', started)).toBe(1);
    expect(await sample(metrics, 'protection_events_total', ended)).toBe(1);
    expect(told).toEqual([]);
  });

  it('count two agents with one server id, and say so', async () => {
    books.conflict({ ...about, boot: 4, by: 5 });
    const conflict = { event: 'conflict', reason: 'same-id' };
    expect(await sample(metrics, 'server_events_total', conflict)).toBe(1);
    expect(sentences()).toEqual(['two agents report as one server: one of them has stopped']);
  });

  it('count what happens to sessions, and never name one in full', async () => {
    const session = 'top-secret';
    books.opened();
    books.closed();
    books.evicted({ ...about, session, reason: 'lapsed' });
    books.moved({ ...about, session, from: 'gpu-2' });
    books.ambiguous({ ...about, session, with: 'gpu-2' });
    for (const event of ['opened', 'closed', 'evicted', 'moved', 'ambiguous']) {
      expect(await sample(metrics, 'session_events_total', { event })).toBe(1);
    }
    expect(await sample(metrics, 'evicted_sessions_total', { reason: 'lapsed' })).toBe(1);
    expect(sentences()).toEqual([
      'a session has moved',
      'a session id is claimed by several servers',
    ]);
    expect(JSON.stringify(told)).not.toContain(session);
  });

  it('name no more than a hundred of a kind at a time, and count the rest', () => {
    for (let id = 0; id < 500; id++)
      books.ambiguous({ ...about, session: `console-${id}`, with: 'gpu-2' });
    books.joined({ ...about, reason: 'new' });
    expect(told).toHaveLength(101);
    logs.nextPeriod();
    expect(told.slice(101)).toEqual([
      expect.objectContaining({
        level: 'warn',
        outcome: 'ambiguous',
        unlogged: 400,
        msg: 'more roll events, not logged one by one',
      }),
    ]);
  });
});
