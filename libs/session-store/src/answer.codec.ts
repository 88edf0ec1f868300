import type { Destination, Endpoint, LastKnown, LocalId, Mark, ServerId } from '@rollcall/domain';

// No id, host or path holds a control character, so tabs and newlines can stand between them: a lookup then needs no
// parser, and a script composes answers by joining texts.

const HELD = '~';
const PROTECTED = '^';
const PROVISIONAL = '?';

/** Stands for a contested bare id; in an answer, what may come after it is the only claim that is left. */
export const CONTESTED = '!';

/** What an answer found for a bare id says. */
export type BareAnswer =
  | { readonly kind: 'answer'; readonly mark: Mark; readonly destination: Destination }
  | { readonly kind: 'provisional'; readonly destination: Destination }
  | { readonly kind: 'ambiguous' }
  /** Contested until now: the only claim that is left answers once the roll is settled. */
  | { readonly kind: 'last-claim'; readonly destination: Destination };

/** An endpoint as the answers hold it. */
export function encodeEndpoint({ host, httpPort, quicPort, webUrlPath }: Endpoint): string {
  return `${host}\t${httpPort}\t${quicPort}\t${webUrlPath}`;
}

/** The endpoint of an answer. */
export function decodeEndpoint(text: string): Endpoint {
  const [host = '', httpPort, quicPort, webUrlPath = '/'] = text.split('\t');
  return { host, httpPort: Number(httpPort), quicPort: Number(quicPort), webUrlPath };
}

/** The endpoint of a contestant, in front of whose answer stands its mark when it is held. */
export function decodeContestant(text: string): Endpoint {
  return decodeEndpoint(/^[~^]/.test(text) ? text.slice(1) : text);
}

/** Picks one session from its server's answer; undefined when the server does not list it. */
export function decodeServerAnswer(
  value: string,
  server: ServerId,
  local: LocalId,
): { readonly mark: Mark; readonly destination: Destination } | undefined {
  if (!value.includes(`\n${local}\n`)) return undefined;
  const endpoint = decodeEndpoint(value.slice(1, value.indexOf('\n')));
  return { mark: markOf(value), destination: { server, session: local, endpoint } };
}

/** Reads the answer of a bare id. */
export function decodeBareAnswer(value: string, local: LocalId): BareAnswer {
  if (value === CONTESTED) return { kind: 'ambiguous' };
  const destination = ownerIn(value, local);
  if (value.startsWith(CONTESTED)) return { kind: 'last-claim', destination };
  if (value.startsWith(PROVISIONAL)) return { kind: 'provisional', destination };
  return { kind: 'answer', mark: markOf(value), destination };
}

/** Reads the last known owner of a bare id. */
export function decodeKnownOwner(value: string | null, local: LocalId): LastKnown {
  if (value === CONTESTED) return { kind: 'ambiguous' };
  if (!value?.startsWith('=')) return { kind: 'nothing' };
  return { kind: 'destination', destination: ownerIn(value, local) };
}

function ownerIn(value: string, session: LocalId): Destination {
  const tab = value.indexOf('\t');
  return {
    server: value.slice(1, tab) as ServerId,
    session,
    endpoint: decodeEndpoint(value.slice(tab + 1)),
  };
}

function markOf(value: string): Mark {
  if (value.startsWith(HELD)) return 'held';
  return value.startsWith(PROTECTED) ? 'protected' : 'live';
}
