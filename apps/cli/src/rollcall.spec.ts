import { InMemorySessionStore } from '@rollcall/testing';
import { rollcall } from './rollcall';
import { runOn, type Scene } from './testing/command-run';
import { RecordingTerminal } from './testing/recording-terminal';

const store = new InMemorySessionStore();
const run = (argv: string[], scene?: Scene) => runOn(store, argv, scene);

beforeEach(() => store.comeBack({ empty: true }));

describe('rollcall', () => {
  it('shows its help on stdout when it is asked for, without opening the roll', async () => {
    const { exitCode, out, roll } = await run(['--help']);

    expect(exitCode).toBe(0);
    expect(out).toContain('Usage: rollcall [options] [command]');
    expect(out).toContain('REDIS_URL');
    expect(roll.closed).toBe(0);
  });

  it.each([
    'servers',
    'sessions',
    'resolve',
    'connect',
    'revoke',
    'watch',
    'explain',
    'protect',
    'evict',
    'sweep',
  ])('has examples and exit codes in the help of %s', async (command) => {
    const terminal = Object.assign(new RecordingTerminal(), { columns: 80 });
    const { exitCode, out } = await run([command, '--help'], { terminal });

    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: rollcall ${command}`);
    expect(out).toContain('Options:');
    expect(out).toContain(`  $ rollcall ${command}`);
    expect(out).toMatch(/Exit codes:\n {2}0 .*\n(.*\n)* {2}3 .*\n {2}78 /);
    expect(out.split('\n').filter((line) => line.length > 82)).toEqual([]);
  });

  it('tells its version', async () => {
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, out: '1.2.3\n' });
  });

  it.each([
    [[], 'Usage: rollcall'],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['servers', '--frobnicate'], "unknown option '--frobnicate'"],
    [['servers', '--state', 'dead'], "'dead' is invalid"],
    [['sessions', 'too', 'many'], 'too many arguments'],
    [['resolve'], "missing required argument 'id'"],
    [['resolve', 'console', '--transport', 'UDP'], 'HTTP, QUIC'],
    [['connect', 'console'], "required option '--user <name>'"],
    [['connect', 'console', '--user', ''], 'A user name has 1 to 256 characters'],
    [['connect', 'console', '--user', 'a', '--client', 'laptop'], 'IPv4 or IPv6 address'],
    [['connect', 'console', '--user', 'a', '--gateway', 'https://gw'], 'HOST for port 8443'],
    [['connect', 'console', '--user', 'a', '--proxy', 'desk:0'], 'HOST for port 443'],
    [['revoke'], 'say whose links end: an id, --user, or both'],
    [['revoke', '--user', 'a\nb'], 'no control characters'],
    [['evict', 'not a server'], 'A server id matches'],
    [['watch', '--since', 'yesterday'], 'a duration (30s, 15m, 2h, 1d)'],
    [['watch', '--type', 'session.eaten'], "'session.eaten' is invalid"],
    [['explain'], "missing required argument 'id'"],
    [['protect', 'on'], 'too many arguments'],
    [['protect', 'off', 'a'], 'too many arguments'],
    [['protect', 'off', '--zone', 'a b'], 'A zone matches'],
    [['protect', 'off', '--zone', 'a', '--all'], 'cannot be used with'],
  ])('calls %j wrong usage', async (argv, sentence) => {
    const { exitCode, out, err } = await run(argv);

    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(sentence);
  });

  it('repeats a wrong value without what a terminal would obey', async () => {
    const { err } = await run(['connect', 'console', '--user', '\u001b[2J\u202eecila']);

    expect(err).toContain("'\\u{1b}[2J\\u{202e}ecila' is invalid");
    expect(err).not.toContain('\u001b');
    expect(err).not.toContain('\u202e');
    expect(err).toContain('\n');
  });

  it.each([
    ['servers'],
    ['sessions'],
    ['resolve', 'console'],
    ['connect', 'console', '--user', 'alice', '--gateway', 'gw.example'],
    ['revoke', 'console'],
    ['revoke', '--user', 'alice'],
    ['watch'],
    ['explain', 'console'],
    ['protect'],
    ['protect', 'off', '--all'],
    ['evict', 'gpu-1'],
    ['sweep'],
  ])('says in one sentence that the store is away, and exits 3: %s', async (...argv) => {
    store.goDown('unreachable');

    const { exitCode, out, err, roll } = await run(argv);

    expect({ exitCode, out, err, closed: roll.closed }).toEqual({
      exitCode: 3,
      out: '',
      err: 'rollcall: the session store does not answer: REDIS_URL is redis://roll.example:6379/0\n',
      closed: 1,
    });
  });

  it('lists every wrong setting, and exits 78', async () => {
    const terminal = new RecordingTerminal();
    const error = Object.assign(new Error(), {
      code: 'CONFIG_INVALID',
      problems: ['ROLL is wrong', 'REDIS_URL is wrong'],
    });

    const exitCode = await rollcall(['servers'], '1.2.3', {
      terminal,
      openRoll: () => Promise.reject(error),
      pause: async () => undefined,
      openLink: async () => false,
    });

    expect(exitCode).toBe(78);
    expect(terminal.errText).toBe('rollcall: ROLL is wrong\nrollcall: REDIS_URL is wrong\n');
  });

  it('owns up to a bug', async () => {
    jest.spyOn(store, 'servers').mockRejectedValueOnce(new TypeError('boom'));

    const { exitCode, err, roll } = await run(['servers']);

    expect(exitCode).toBe(70);
    expect(err).toContain('rollcall: this is a bug: TypeError: boom');
    expect(roll.closed).toBe(1);
  });
});
