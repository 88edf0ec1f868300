import { Summary, summaryBlock, summaryLine } from './summary.mjs';

const STATS = {
  atMs: 83_400,
  hosts: {
    ...{ total: 200, joining: 0, live: 180, away: 0, leaving: 0, left: 0, crashed: 20 },
    ...{ displaced: 0, silent: 0, refusing: 7, dropping: 0 },
  },
  sessions: 360,
  window: { perSecond: 36, failed: 1, latencyMs: { p50: 0.6, p99: 4.4, max: 9 } },
  sinceMark: { busiestSecond: 44, failures: { unavailable: 3, refused: 0 } },
  process: { rssMb: 120, cpuPercent: 4, loopLagMs: { p50: 0.1, p99: 2.5, max: 11 } },
  said: [['the session store takes no reports', 20]],
};

function written(kind, act) {
  let text = '';
  act(new Summary({ write: (chunk) => (text += chunk) }, kind));
  return text;
}

describe('the summary', () => {
  it('is one line where nobody draws', () => {
    expect(summaryLine(STATS)).toBe(
      '01:23 · live 180, crashed 20, port refused 7 · 36 reports/s, 1 failed · p50 0.6 ms, p99 4.4 ms · 360 sessions',
    );
  });

  it('is a block in a terminal', () => {
    expect(summaryBlock(STATS).join('\n')).toMatch(
      /^01:23 {2}200 hosts, 360 sessions[^]*live 180, crashed 20[^]*busiest second 44 · failed 3 unavailable[^]*120 MB/,
    );
  });

  it('repeats no sentence of the agents', () => {
    const text = written({}, (summary) => {
      summary.show(STATS);
      summary.show(STATS);
    });
    expect(text.match(/takes no reports/g)).toHaveLength(1);
    expect(text.match(/live 180/g)).toHaveLength(2);
  });

  it('is JSON, a line each, for programs', () => {
    const text = written({ json: true }, (summary) => {
      summary.say('for people');
      summary.show(STATS);
      summary.answer({ tag: '7', command: 'crash 5', hosts: 5 });
      summary.answer({ tag: '8', command: 'jump', error: 'there is no such command' });
    });
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { stats: STATS },
      { tag: '7', command: 'crash 5', hosts: 5 },
      { tag: '8', command: 'jump', error: 'there is no such command' },
    ]);
  });
});
