import {
  BOOT_MAX,
  parsePublicId,
  SEQUENCE_MAX,
  type LocalId,
  type ServerId,
} from '@rollcall/domain';
import {
  decodeBareAnswer,
  decodeContestant,
  decodeKnownOwner,
  decodeServerAnswer,
  encodeEndpoint,
} from './answer.codec';
import { rollKeys } from './keys';
import { decodeProtection } from './protection.codec';
import { decodeRecord, fenceTexts, lastKnownIn, recordBody, toServerRecord } from './record.codec';
import { sessionChanges, sessionKeys } from './session-changes';

const SERVER = 'gpu-1' as ServerId;
const [CONSOLE, CAD] = ['console', 'cad review'] as LocalId[] as [LocalId, LocalId];
const ENDPOINT = { host: '2001:db8::5', httpPort: 8443, quicPort: 0, webUrlPath: '/desk' };
const ANSWER = `=${encodeEndpoint(ENDPOINT)}\n${CONSOLE}\n${CAD}\n`;

describe('a server’s answer', () => {
  it('names the endpoint of each session it lists', () => {
    for (const session of [CONSOLE, CAD]) {
      expect(decodeServerAnswer(ANSWER, SERVER, session)).toEqual({
        mark: 'live',
        destination: { server: SERVER, session, endpoint: ENDPOINT },
      });
    }
  });

  it.each(['consol', 'onsole', 'cad', 'review', '/desk', '8443', ENDPOINT.host])(
    'does not take %s, which only stands within it, for a session',
    (text) => {
      expect(decodeServerAnswer(ANSWER, SERVER, text as LocalId)).toBeUndefined();
    },
  );

  it.each([
    ['~', 'held'],
    ['^', 'protected'],
  ])('that begins with %s is %s', (mark, meaning) => {
    expect(decodeServerAnswer(`${mark}${ANSWER.slice(1)}`, SERVER, CONSOLE)?.mark).toBe(meaning);
  });
});

describe('a fence as a record has it', () => {
  it('is as wide for the least numbers as for the greatest', () => {
    expect(fenceTexts({ boot: 1, sequence: 10 })).toEqual({
      boot: '0000000001',
      sequence: '000000000010',
    });
    expect(fenceTexts({ boot: BOOT_MAX, sequence: SEQUENCE_MAX })).toEqual({
      boot: '9999999999',
      sequence: '999999999999',
    });
  });
});

describe('a bare id’s answer', () => {
  const owner = `gpu-1\t${encodeEndpoint(ENDPOINT)}`;
  const destination = { server: SERVER, session: CAD, endpoint: ENDPOINT };

  it('names its owner, and how far it is believed', () => {
    expect(decodeBareAnswer(`=${owner}`, CAD)).toEqual({
      kind: 'answer',
      mark: 'live',
      destination,
    });
    expect(decodeBareAnswer(`?${owner}`, CAD)).toEqual({ kind: 'provisional', destination });
    expect(decodeBareAnswer(`~${owner}`, CAD)).toMatchObject({ kind: 'answer', mark: 'held' });
    expect(decodeBareAnswer(`^${owner}`, CAD)).toMatchObject({ mark: 'protected' });
    expect(decodeBareAnswer('!', CAD)).toEqual({ kind: 'ambiguous' });
    expect(decodeBareAnswer(`!${owner}`, CAD)).toEqual({ kind: 'last-claim', destination });
  });

  it('of a contestant is its endpoint, after a mark if it is held', () => {
    for (const mark of ['', '~', '^'])
      expect(decodeContestant(`${mark}${encodeEndpoint(ENDPOINT)}`)).toEqual(ENDPOINT);
  });

  it('is remembered with its last owner, as contested, or not at all', () => {
    expect(decodeKnownOwner(`=${owner}`, CAD)).toEqual({ kind: 'destination', destination });
    expect(decodeKnownOwner('!', CAD)).toEqual({ kind: 'ambiguous' });
    expect(decodeKnownOwner('-gpu-1', CAD)).toEqual({ kind: 'nothing' });
    expect(decodeKnownOwner(null, CAD)).toEqual({ kind: 'nothing' });
  });
});

describe('a server’s record', () => {
  const header = '0000000007 000000000042 1795253260712 1795253260000 A 0123456789abcdef\n';
  const stored = `${header}${recordBody(ENDPOINT, false, 'zone-a', [CONSOLE, CAD])}\n`;

  it('holds the fence and everything the server said last', () => {
    expect(decodeRecord(stored)).toEqual({
      boot: 7,
      sequence: 42,
      reportedAtMs: 1795253260712,
      state: 'A',
      digest: '0123456789abcdef',
      endpoint: ENDPOINT,
      healthy: false,
      zone: 'zone-a',
      sessions: [CONSOLE, CAD],
    });
  });

  it('remembers the sessions it lists, until it is a tombstone', () => {
    expect(lastKnownIn(stored, SERVER, CAD)).toMatchObject({ kind: 'destination' });
    expect(lastKnownIn(stored, SERVER, 'other' as LocalId)).toEqual({ kind: 'nothing' });
    expect(lastKnownIn(header.replace(' A ', ' T '), SERVER, CAD)).toEqual({ kind: 'gone' });
    expect(lastKnownIn(null, SERVER, CAD)).toEqual({ kind: 'nothing' });
  });
});

describe('a server’s record on the roll', () => {
  it.each([
    ['A', undefined],
    ['U', undefined],
    ['H', 'probe'],
    ['P', 'protection'],
  ])('in state %s is held: %s', (state, cause) => {
    const header = `0000000007 000000000042 1795253260712 1795253260000 ${state} 0123456789abcdef\n`;
    const stored = decodeRecord(`${header}${recordBody(ENDPOINT, true, '', [CAD])}\n`);
    expect(toServerRecord(SERVER, stored, 1)).toMatchObject({ leaseEndsAtMs: 1, leaving: false });
    expect(toServerRecord(SERVER, stored, 1).held).toBe(cause);
  });
});

describe('a protection', () => {
  it.each(['on', 'ended'])('tells since when, and of how many, it is %s', (state) => {
    expect(decodeProtection('zone-a', `7\t${state}\t1795253260712\t40\t90\t1795255060712`)).toEqual(
      {
        zone: 'zone-a',
        version: 7,
        state,
        sinceMs: 1795253260712,
        late: 40,
        servers: 90,
      },
    );
  });
});

describe('the changes between two lists', () => {
  const [kept, gone, opened, qualified] = ['kept', 'gone', 'new', 'a~b'] as LocalId[];
  const changes = sessionChanges([kept!, gone!], [kept!, opened!, qualified!]);

  it('say of each session what becomes of it, and whether it has a bare form', () => {
    expect(changes.map(({ text }) => text)).toEqual(['-bgone', '=bkept', '+bnew', '+qa~b']);
  });

  it('tell a kept session from one that was closed and opened anew', () => {
    const anew = sessionChanges([kept!, gone!], [kept!, gone!, opened!], [gone!, opened!]);
    expect(anew.map(({ text }) => text)).toEqual(['=bkept', '!bgone', '+bnew']);
  });

  it('bring the key of the tokens and four keys for each bare id, in the same order, all in the roll’s slot', () => {
    const keys = sessionKeys(rollKeys({ keyPrefix: 'p', roll: 'r' }), SERVER, changes);
    expect(keys).toHaveLength(16);
    expect(keys.at(-1)).toBe('p:{r}:t:gpu-1~a~b');
    expect(keys.slice(0, 5)).toEqual([
      'p:{r}:t:gpu-1~gone',
      'p:{r}:b:gone',
      'p:{r}:k:gone',
      'p:{r}:c:gone',
      'p:{r}:x:gone',
    ]);
  });
});

it('gives no two public ids the same key', () => {
  const keys = rollKeys({ keyPrefix: 'p', roll: 'r' });
  const keyOf = (text: string) => {
    const parsed = parsePublicId(text);
    if (!parsed.ok) return undefined;
    return parsed.id.kind === 'qualified'
      ? keys.answer(parsed.id.server)
      : keys.bare(parsed.id.local);
  };
  expect(keyOf('gpu-1')).not.toBe(keyOf('gpu-1~console'));
  expect(keyOf('due')).not.toBe(keys.due);
});
