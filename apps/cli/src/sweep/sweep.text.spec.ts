import type { LapsedServer } from '@rollcall/domain';
import { localId, serverId } from '@rollcall/testing';
import { evictionLine, sweepText } from './sweep.text';

const server: LapsedServer = {
  server: serverId('gpu-1'),
  fence: { boot: 1, sequence: 1 },
  sessions: [localId('console')],
};

describe('evictionLine', () => {
  it.each([
    [{ kind: 'evicted', sessions: 1 }, 'gpu-1: struck off, with 1 session'],
    [{ kind: 'renewed' }, 'gpu-1: spared: it has just reported'],
    [{ kind: 'unsettled' }, 'gpu-1: spared: the roll is no longer settled'],
    [{ kind: 'vouched' }, 'gpu-1: spared: its DCV port has just answered a reconciler'],
    [{ kind: 'protected' }, 'gpu-1: spared: its zone is protected'],
    [{ kind: 'gone' }, 'gpu-1: already struck off by another sweep'],
  ] as const)('says of %j: %s', (outcome, line) => {
    expect(evictionLine(server, outcome)).toBe(line);
  });
});

describe('sweepText', () => {
  it('says that there was nothing to do', () => {
    expect(sweepText({ lapsed: 0, evicted: 0, sessions: 0, spared: 0, judged: true })).toBe(
      'No lease is over: nothing to do.',
    );
  });

  it('adds up what was done', () => {
    expect(sweepText({ lapsed: 1, evicted: 1, sessions: 2, spared: 0, judged: true })).toBe(
      '1 lease is over: 1 server struck off with 2 sessions.',
    );
    expect(sweepText({ lapsed: 4, evicted: 3, sessions: 7, spared: 1, judged: true })).toBe(
      '4 leases are over: 3 servers struck off with 7 sessions, 1 spared.',
    );
  });

  it('says why nobody was struck off', () => {
    expect(sweepText({ lapsed: 1, evicted: 0, sessions: 0, spared: 1, judged: false })).toBe(
      '1 lease is over, and nobody was struck off: the roll is not settled, or has only just settled, so silence proves nothing yet. Try again shortly.',
    );
  });
});
