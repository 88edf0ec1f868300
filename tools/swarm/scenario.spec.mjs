import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { parseScenario, runScenario, ScenarioError } from './scenario.mjs';

describe('a scenario', () => {
  it('is commands at their times, in its order', () => {
    const text = `
# a zone goes silent, and comes back
0s     join 1000 over 10s
30s    silence zone a   # its beats are lost
+1.5s  crash 5%
+0ms   churn 20/s
2m     resume all
`;
    expect(parseScenario(text)).toEqual([
      { atMs: 0, text: 'join 1000 over 10s' },
      { atMs: 30_000, text: 'silence zone a' },
      { atMs: 31_500, text: 'crash 5%' },
      { atMs: 31_500, text: 'churn 20/s' },
      { atMs: 120_000, text: 'resume all' },
    ]);
  });

  it('is refused with every line that is wrong, by its number', () => {
    const text = '0s join 5\nsoon crash 1\n10s\n9s jump 3\n5s crash 1 2\n20s join 5\n15s crash 1';
    expect(() => parseScenario(text)).toThrow(ScenarioError);
    expect(() => parseScenario(text)).toThrow(
      [
        'line 2: "soon" is no time such as 250ms, 10s or 2m, of a day at most',
        'line 3: a command is missing',
        'line 4: there is no command "jump"; help lists them',
        'line 5: "2" is none of joining, live, away, left, crashed, silent',
        'line 7: 15s is before the line above',
      ].join('\n'),
    );
  });

  it.each(['', '# nothing\n\n'])('without a command is refused', (text) => {
    expect(() => parseScenario(text)).toThrow('it has no command');
  });

  it('of endless lines is refused', () => {
    expect(() => parseScenario('0s mark\n'.repeat(10_001))).toThrow('at most 10000 lines');
  });
});

describe('running a scenario', () => {
  const steps = parseScenario('1s join 5 over 1m\n2s crash 1\n3s mark');

  it('gives each command at its time, though one before it is still under way', async () => {
    const log = [];
    let ends = () => undefined;
    const give = (text) => {
      log.push(text);
      return text.startsWith('join') ? new Promise((resolve) => (ends = resolve)) : undefined;
    };
    const running = runScenario(steps, give, async (atMs) => {
      log.push(atMs);
      return true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    ends();
    await running;

    expect(log).toEqual([1_000, 'join 5 over 1m', 2_000, 'crash 1', 3_000, 'mark']);
  });

  it('ends when the swarm does', async () => {
    const given = [];
    await runScenario(
      steps,
      (text) => given.push(text),
      async (atMs) => atMs < 2_000,
    );

    expect(given).toEqual(['join 5 over 1m']);
  });
});

describe('the scenarios that come with it', () => {
  const folder = join(root, 'tools/swarm/scenarios');

  it.each(readdirSync(folder))('%s can be read', (name) => {
    expect(parseScenario(readFileSync(join(folder, name), 'utf8')).length).toBeGreaterThan(1);
  });
});
