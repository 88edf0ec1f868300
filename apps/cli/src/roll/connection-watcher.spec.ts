import { ConnectionWatcher } from './connection-watcher';

function watched() {
  const heard: string[] = [];
  const interrupt = new AbortController();
  const watcher = new ConnectionWatcher({
    signal: interrupt.signal,
    connectionLost: () => heard.push('lost'),
    connectionBack: () => heard.push('back'),
  });
  return { watcher, heard, interrupt };
}

describe('ConnectionWatcher', () => {
  it('does not mention that the first connection comes up', () => {
    const { watcher, heard } = watched();
    watcher.ofNext()(true);

    expect(heard).toEqual([]);
  });

  it('tells of a loss once, however often the connection fails to come back, and of its end', () => {
    const { watcher, heard } = watched();
    const report = watcher.ofNext();
    for (const up of [true, false, false, false, true]) report(up);

    expect(heard).toEqual(['lost', 'back']);
  });

  it('counts a connection that is replaced as lost, and does not hear it any more', () => {
    const { watcher, heard } = watched();
    const first = watcher.ofNext();
    first(true);
    const second = watcher.ofNext();
    second(true);
    first(false);

    expect(heard).toEqual(['lost', 'back']);
  });

  it('takes the end of the reading for no loss', () => {
    const { watcher, heard, interrupt } = watched();
    const report = watcher.ofNext();
    interrupt.abort();
    report(false);
    expect(heard).toEqual([]);

    const other = watched();
    const otherReport = other.watcher.ofNext();
    other.watcher.stop();
    otherReport(false);
    expect(other.heard).toEqual([]);
  });
});
