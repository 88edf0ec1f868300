import {
  askingServerAmong,
  grantProblem,
  isClientAddress,
  isUser,
  USER_LENGTH_MAX,
  type Claimant,
} from './connection-token';
import type { ServerId } from './ids';

describe('a user', () => {
  it.each([
    'alice',
    'CORP\\alice',
    'alice@corp.example',
    'Ünal Öz',
    '田中',
    '🖥',
    `<a href="x">&'`,
    'x'.repeat(USER_LENGTH_MAX),
  ])('may be called %s', (name) => {
    expect(isUser(name)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a tab', 'a\tb'],
    ['a line break', 'alice\n'],
    ['a NUL', 'alice\0'],
    ['DEL', 'alice\u007f'],
    ['a C1 control', 'alice\u0085'],
    ['a lone surrogate', 'alice\ud800'],
    ['what was no text', '\ufffd\ufffd'],
    ['too many characters', 'x'.repeat(USER_LENGTH_MAX + 1)],
  ])('is not named by %s', (_what, name) => {
    expect(isUser(name)).toBe(false);
  });
});

describe('a grant', () => {
  it.each([
    [{ user: 'alice' }, 1],
    [{ user: 'alice', clientAddress: '10.0.0.1' }, 3_600_000],
    [{ user: 'alice', clientAddress: '2001:db8::1' }, 3_600_000],
  ])('is taken: %j for %d ms', (grant, ttlMs) => {
    expect(grantProblem(grant, ttlMs)).toBeUndefined();
  });

  it.each<[RegExp, Parameters<typeof grantProblem>]>([
    [/user name/, [{ user: 'a\tb' }, 1]],
    [/client address/, [{ user: 'alice', clientAddress: '' }, 1]],
    [/client address/, [{ user: 'alice', clientAddress: '10.0.0.1:80' }, 1]],
    [/client address/, [{ user: 'alice', clientAddress: '10.0.0.1\tbob' }, 1]],
    [/time/, [{ user: 'alice' }, 0]],
    [/time/, [{ user: 'alice' }, 1.5]],
    [/time/, [{ user: 'alice' }, Number.POSITIVE_INFINITY]],
  ])('is refused for its %s', (problem, [grant, ttlMs]) => {
    expect(grantProblem(grant, ttlMs)).toMatch(problem);
  });
});

describe('the server that asks about a session', () => {
  const claimant = (server: string, host: string): Claimant => ({
    server: server as ServerId,
    endpoint: { host, httpPort: 8443, quicPort: 0, webUrlPath: '/' },
  });
  const [one, two] = [claimant('gpu-1', '10.0.0.1'), claimant('gpu-2', '10.0.0.2')];
  const named = claimant('gpu-3', 'gpu-3.example');

  it.each<[string, Claimant[], sourceAddress: string, string | undefined]>([
    ['the one that has the session alone, from wherever it asks', [one], '192.0.2.9', 'gpu-1'],
    ['the one that has it alone, when its host is a name', [named], '192.0.2.9', 'gpu-3'],
    ['the one at that address', [one, two, named], '10.0.0.2', 'gpu-2'],
    ['the one at that address, mapped into IPv6', [one, two], '::ffff:10.0.0.2', 'gpu-2'],
    ['nobody, when none of several is there', [one, two], '192.0.2.9', undefined],
    ['nobody, when two are there', [one, claimant('gpu-9', '10.0.0.1')], '10.0.0.1', undefined],
    ['nobody, when the address says nothing and several have it', [one, named], '', undefined],
    ['the one that has it alone, when the address says nothing', [one], 'gpu-1', 'gpu-1'],
    ['nobody, when a name is all that they share', [named, one], 'gpu-3.example', undefined],
    ['nobody, when none has it', [], '10.0.0.1', undefined],
  ])('is %s', (_what, claimants, sourceAddress, server) => {
    expect(askingServerAmong(claimants)(sourceAddress)).toBe(server);
  });
});

describe('a client’s address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1', ' 10.0.0.1 '],
    ['10.0.0.1', '10.0.0.1:51234'],
    ['10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['2001:db8::1', '2001:DB8:0:0::1'],
    ['2001:db8::1', '[2001:db8::1]'],
    ['2001:db8::1', '[2001:db8::1]:51234'],
  ])('%s is the one that a host calls %s', (bound, seen) => {
    expect(isClientAddress(bound, seen)).toBe(true);
  });

  it.each([
    ['10.0.0.1', undefined],
    ['10.0.0.1', ''],
    ['10.0.0.1', '10.0.0.2'],
    ['10.0.0.1', '10.0.0.10'],
    ['10.0.0.1', '10.0.0.1, 10.0.0.2'],
    ['10.0.0.1', '10.0.0.1:x'],
    ['10.0.0.1', '[10.0.0.1'],
    ['2001:db8::1', '2001:db8::1:51234'],
    ['2001:db8::1', '2001:db8::1%eth0'],
    ['no address', 'no address'],
    ['', ''],
  ])('%s is not the one that a host calls %j', (bound, seen) => {
    expect(isClientAddress(bound, seen)).toBe(false);
  });
});
