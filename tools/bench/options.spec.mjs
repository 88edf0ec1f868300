import { readOptions, VARIANT_NAMES } from './options.mjs';

describe('the options of a bench', () => {
  it('are everything, five rounds, and both Nodes by default', () => {
    expect(readOptions([])).toMatchObject({
      variants: VARIANT_NAMES,
      nodes: [20, 24],
      connections: [1, 64, 256],
      rounds: 5,
      reports: true,
    });
  });

  it('are a look at the product and its limit when it is to be quick', () => {
    expect(readOptions(['--quick'])).toMatchObject({
      variants: ['rollcall', 'raw'],
      nodes: [20],
      rounds: 2,
      seconds: 2,
    });
  });

  it('are what is asked for', () => {
    const args = ['--quick', '--variants', 'raw,flask', '--node', '24', '--connections', '8,16'];
    expect(readOptions([...args, '--rounds', '3', '--no-reports', '--report', 'x'])).toMatchObject({
      variants: ['raw', 'flask'],
      nodes: [24],
      connections: [8, 16],
      rounds: 3,
      reports: false,
      report: 'x',
    });
  });

  it.each([
    [['--variants', 'raw,apache'], /--variants takes rollcall, raw,/],
    [['--node', '18'], /--node takes 20, 24/],
    [['--connections', '64,'], /--connections takes whole numbers from 1 to 1000/],
    [['--rounds', '0'], /--rounds takes whole numbers from 1 to 50/],
    [['--seconds', 'x'], /--seconds takes whole numbers from 1 to 120/],
    [['--swift'], /Unknown option '--swift'/],
    [['now'], /Unexpected argument 'now'/],
  ])('refuse %j', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
    expect(() => readOptions(args)).toThrow(/usage: npm run bench/);
  });
});
