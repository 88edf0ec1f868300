import type { Endpoint, Resolution, StaleCause } from '@rollcall/domain';
import { wordOf, type Facts, type Word } from './facts';
import { sightOf, type Lookup, type Owner, type Sight } from './id-sight';
import { Violation, type PropertyName } from './violation';

/** Holds an answer to the invariants: it must be right by what was true at some moment while it was looked up. */
export function checkLookup(lookup: Lookup, window: readonly Facts[]): void {
  const { resolution } = lookup;
  const seen = sightOf(lookup, window);
  switch (resolution.kind) {
    case 'found':
      return checkFound(lookup, seen, resolution);
    case 'not-found':
      return checkNotFound(lookup, seen, resolution.reason);
    case 'warming':
      return checkWarming(lookup, seen);
  }
}

function checkFound(
  lookup: Lookup,
  sight: Sight,
  { destination, stale }: Resolution & { kind: 'found' },
): void {
  const { server: asked, local, permits } = lookup;
  const { server, endpoint } = destination;
  if (destination.session !== local || (asked && server !== asked))
    fail(lookup, 'I4', 'nothing but that session');
  if (!permits(endpoint)) fail(lookup, 'I7', 'no endpoint that may not be answered');
  const remembered = stale === 'unsettled' ? sight.perhapsForgotten(server) : [];
  const words = [...sight.wordsOf(server), ...remembered].filter(({ list }) =>
    list?.includes(local),
  );
  if (words.length === 0) fail(lookup, 'I7', `nothing: ${server} does not say that it has it`);
  const word = words.find((each) => isSame(each.endpoint, endpoint));
  if (!word) return fail(lookup, 'I1', `${addressOf(words.at(-1))}, as ${server} said last`);
  const { sure } = sight;
  if (sure && sure.server !== server) fail(lookup, 'I4', wanted(sure));
  if (stale === 'unsettled') {
    if (sure) fail(lookup, 'I1', `${wanted(sure)}, not stale`);
    if (sight.mustSettle && lookup.renewing)
      fail(lookup, 'I2', '404, for the roll is settled and nobody is believed with it');
    return;
  }
  const problems = new Set<string>();
  const isBacked = sight.someFacts((facts) => {
    const current = wordOf(facts, server);
    if (!current?.list?.includes(local)) return false;
    if (stale !== staleBy(current)) {
      problems.add(`${staleBy(current) ?? 'an answer that is not stale'}`);
      return false;
    }
    const problem = sight.believedProblem(destination, current, facts);
    if (problem) problems.add(`no answer, for ${problem}`);
    return problem === undefined;
  });
  if (!isBacked) fail(lookup, asked ? 'I2' : 'I4', [...problems].join('; '));
}

function checkNotFound(lookup: Lookup, sight: Sight, reason: string): void {
  const { sure } = sight;
  if (reason === 'endpoint-refused') {
    const refused = sight.someFacts((facts) =>
      [...facts.servers.keys()].some((server) => {
        const word = wordOf(facts, server);
        return word !== undefined && !lookup.permits(word.endpoint);
      }),
    );
    if (!refused) fail(lookup, 'I7', 'no refusal: every endpoint is allowed');
    return;
  }
  if (sure) fail(lookup, 'I1', wanted(sure));
  if (lookup.isSteady) fail(lookup, 'I1', 'anything but 404: its host has reported all along');
  if (sight.isDenied) return;
  if (!sight.maySettle) fail(lookup, 'I5', 'no 404, for the roll cannot be settled');
  if (!lookup.renewing) fail(lookup, 'I5', 'no 404, for this resolver does not renew');
  if (reason === 'ambiguous') fail(lookup, 'I4', 'no ambiguity: nobody else has claimed it');
}

function checkWarming(lookup: Lookup, sight: Sight): void {
  const { sure, surelyRemembered } = sight;
  if (sure) fail(lookup, 'I1', wanted(sure));
  if (sight.mustSettle && lookup.renewing) fail(lookup, 'I2', '404, for the roll is settled');
  if (!sight.maySettle && surelyRemembered)
    fail(lookup, 'I1', `${wanted(surelyRemembered)}, be it stale`);
}

function fail({ server, local, resolution }: Lookup, property: PropertyName, want: string): never {
  const id = server === undefined ? local : `${server}~${local}`;
  throw new Violation(property, `lookup of ${id}: ${told(resolution)}; it wants ${want}`);
}

function wanted({ server, word }: Owner): string {
  return `200 at ${addressOf(word)}, as ${server} said in step ${word.step}`;
}

/** An answer as a reader of a run sees it. */
export function told(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'found': {
      const stale = resolution.stale ? ` (stale: ${resolution.stale})` : '';
      const { host, httpPort } = resolution.destination.endpoint;
      return `200 at ${host}:${httpPort}${stale}`;
    }
    case 'not-found':
      return `404 ${resolution.reason}`;
    case 'warming':
      return '503 warming';
  }
}

function staleBy({ held }: Word): StaleCause | undefined {
  return held && (held === 'probe' ? 'held' : 'protected');
}

function addressOf(word: Word | undefined): string {
  return word ? `${word.endpoint.host}:${word.endpoint.httpPort}` : 'nowhere';
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return (
    one.host === other.host &&
    one.httpPort === other.httpPort &&
    one.quicPort === other.quicPort &&
    one.webUrlPath === other.webUrlPath
  );
}
