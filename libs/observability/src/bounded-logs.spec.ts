import { EACH } from './bounded-log';
import { BoundedLogs } from './bounded-logs';
import { createLogger } from './logger';

describe('the bounded logs of a process', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ app: 'any', level: 'info' }, destination);
  let logs: BoundedLogs;

  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
    logs = new BoundedLogs(logger);
  });

  afterEach(() => {
    logs.stop();
    jest.useRealTimers();
  });

  it('tell every ten seconds what was not logged, each log for itself, until they are stopped', () => {
    const one = logs.of('cat', { seen: { level: 'info', linesMax: 1 } });
    const other = logs.of('dog', { seen: { level: 'warn', linesMax: EACH } });
    logs.start();
    for (let count = 0; count < 3; count++) {
      expect(one.admits('seen')).toBe(count === 0);
      expect(other.admits('seen')).toBe(true);
    }
    jest.advanceTimersByTime(9_999);
    expect(lines).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(lines).toMatchObject([
      { level: 'info', outcome: 'seen', unlogged: 2, msg: 'more cats, not logged one by one' },
    ]);
    one.admits('seen');
    one.admits('seen');
    logs.stop();
    expect(lines).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
  });
});
