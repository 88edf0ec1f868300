import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP, OptionError, readArguments, SCENARIOS } from './arguments.mjs';

const complaint = (...args) => {
  try {
    readArguments(args);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return error.message;
  }
  throw new Error('it was understood');
};

describe('the arguments of a scale run', () => {
  it('are the full size when nothing is said', () => {
    expect(readArguments(['steady'])).toEqual({
      help: false,
      scenario: 'steady',
      options: { hosts: [1_000, 5_000, 10_000], seconds: 60, 'with-data': false, settle: 20 },
      seed: 1,
      report: undefined,
    });
    expect(readArguments(['deaths']).options).toMatchObject({ hosts: 10_000, dying: 1_000 });
    expect(readArguments(['sweep']).options.sessions).toEqual([10_000, 1_000_000]);
  });

  it('scale a run down', () => {
    expect(readArguments(['steady', '--hosts', '50, 100']).options.hosts).toEqual([50, 100]);
    expect(readArguments(['deaths', '--hosts', '200']).options).toMatchObject({ dying: 20 });
    expect(readArguments(['restart', '--with-data', '--away', '3']).options).toEqual({
      hosts: 10_000,
      away: 3,
      'with-data': true,
      settle: 20,
    });
    expect(readArguments(['agent', '--node-args', '--a=1  --b ']).options['node-args']).toBe(
      '--a=1 --b',
    );
  });

  it('start the agent as the unit in the README does', () => {
    const { 'node-args': flags } = readArguments(['agent']).options;
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`node ${flags} /opt/rollcall/apps/agent-heartbeat/dist/main.js`);
    expect(readArguments(['agent', '--node-args', '']).options['node-args']).toBe('');
  });

  it('take flags of Node in either form', () => {
    const flags = (...args) => readArguments(['agent', ...args]).options['node-args'];
    expect(flags('--node-args=--a=1')).toBe('--a=1');
    expect(flags('--node-args', '--a=1', '--seconds', '5')).toBe('--a=1');
    expect(complaint('agent', '--node-args')).toContain('--node-args');
  });

  it('name a scenario that exists, and only one', () => {
    expect(complaint()).toContain('which scenario? steady, restart');
    expect(complaint('stedy')).toContain('no scenario "stedy"');
    expect(complaint('toString')).toContain('no scenario');
    expect(complaint('steady', 'soak')).toContain('one scenario at a time');
  });

  it('name no option that the scenario does not take', () => {
    expect(complaint('steady', '--minutes', '5')).toBe(
      'steady takes no --minutes; it takes --hosts, --seconds, --with-data, --settle',
    );
    expect(complaint('steady', '--colour', 'red')).toContain('--colour');
  });

  it.each([
    ['restart', '--hosts', '0'],
    ['restart', '--hosts', '20001'],
    ['restart', '--hosts', '1e3'],
    ['restart', '--hosts', '100,200'],
    ['steady', '--seconds', '-1'],
    ['sweep', '--rounds', '2'],
    ['sweep', '--sessions', '1000'],
    ['sweep', '--sessions', '2000,1000'],
    ['agent', '--node-args', 'rm -rf'],
    ['deaths', '--seed', 'x'],
  ])('are refused when a value is wrong: %s %s=%s', (scenario, option, value) => {
    expect(complaint(scenario, `${option}=${value}`)).toContain(option);
  });

  it('let no more hosts die than the roll would strike off', () => {
    expect(readArguments(['deaths', '--hosts', '100', '--dying', '29']).options.dying).toBe(29);
    expect(complaint('deaths', '--hosts', '100', '--dying', '30')).toContain('30 %');
  });

  it('name the scenarios that there are', () => {
    const files = readdirSync(join(__dirname, 'scenarios'));
    expect(files.sort()).toEqual(
      Object.keys(SCENARIOS)
        .sort()
        .map((name) => `${name}.mjs`),
    );
  });

  it('ask for help, whatever else is said', () => {
    expect(readArguments(['--help'])).toEqual({ help: true });
    for (const name of Object.keys(SCENARIOS)) expect(HELP).toContain(`  ${name} `);
    for (const { defaults } of Object.values(SCENARIOS))
      for (const name of Object.keys(defaults)) expect(HELP).toContain(`  --${name} `);
  });
});
