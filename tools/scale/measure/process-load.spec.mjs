import { cpuIn, memoryIn, processLoad } from './process-load.mjs';

const STAT =
  '4711 (a) b) S 1 4711 4711 0 -1 4194304 100 200 0 0 250 50 7 3 20 0 11 0 123 1000 500 0';

describe('what a process has used', () => {
  it('is read behind its name, whatever that is', () => {
    expect(cpuIn(STAT, 100)).toEqual({ cpuMs: 3_000, childrenCpuMs: 100 });
  });

  it('counts the ticks of this machine', () => {
    expect(cpuIn(STAT, 1_000).cpuMs).toBe(300);
  });

  it('is memory in bytes', () => {
    expect(memoryIn('Name:\tnode\nVmHWM:\t  90 kB\nVmRSS:\t   64 kB\n')).toEqual({
      rssBytes: 65_536,
    });
    expect(memoryIn('Name:\tnode\nState:\tZ (zombie)\n')).toEqual({ rssBytes: 0 });
  });

  it('is nothing of a process that is not there', () => {
    expect(processLoad(2 ** 22 + 1)).toBeUndefined();
  });
});
