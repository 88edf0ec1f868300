import { qualifiedId, type PublicId, type Resolution, type ServerState } from '@rollcall/domain';
import { formatDuration } from '../output/duration';
import { visible } from '../output/visible-text';
import type { Facts, ServerFacts, SessionFacts } from './facts';

/** The public id as it was asked for. */
export function publicIdText(id: PublicId): string {
  return id.kind === 'bare' ? id.local : qualifiedId(id.server, id.local);
}

/** Why a lookup of the session is answered as it is. */
export function whyAnswered(session: SessionFacts, facts: Facts): string {
  const { evidence, answers, id } = session;
  const answer = answers.HTTP.kind === 'found' ? answers.HTTP : answers.QUIC;
  if (answer.kind === 'found') {
    const server = find(facts, answer.destination.server);
    return evidence.kind === 'provisional'
      ? `${server.name} claimed it while the roll was not settled, and nobody has contested it since.`
      : whyFound(answer, server);
  }
  if (answer.kind === 'warming') return whyWarming(session);
  switch (answer.reason) {
    case 'unknown':
      return whyUnknown(session, facts);
    case 'lapsed':
      return 'Its server is believed no more.';
    case 'ambiguous':
      return evidence.kind === 'absent'
        ? 'Several servers had a session of this name when last heard of, and the roll is not settled.'
        : `Several believed servers have a session of this name: ${claims(session, facts)}.`;
    case 'transport':
      return 'Its server offers no QUIC.';
    case 'endpoint-refused':
      return `The address that its server has reported is not allowed here: ${refusals(facts)}.`;
    default:
      return `Nothing is known of ${visible(publicIdText(id))}.`;
  }
}

interface Named {
  readonly name: string;
  readonly present?: ServerFacts & { readonly kind: 'present' };
}

function find({ servers }: Facts, server: string): Named {
  const facts = servers.find((candidate) => candidate.server === server);
  const name = visible(server);
  return facts?.kind === 'present' ? { name, present: facts } : { name };
}

function whyFound(
  { stale }: Extract<Resolution, { kind: 'found' }>,
  { name, present }: Named,
): string {
  const ago = present ? ` ${formatDuration(present.seen.reportedAgoMs)}` : ' some time';
  const left = present
    ? `, for another ${formatDuration(Math.max(0, present.seen.leaseLeftMs))}`
    : '';
  switch (stale) {
    case undefined:
      return `${name} has it by its last report,${ago} ago, and is believed on that${left}.`;
    case 'held':
      return `${name} had it in its last report,${ago} ago. Its agent is silent since, but its DCV port has answered a reconciler: it is held${left}.`;
    case 'protected':
      return `${name} had it in its last report,${ago} ago. Its agent is silent since, as are so many of its zone that it is no evidence: it is held${left}.`;
    case 'unsettled':
      return `No report within the lease backs it, but the roll is not settled: it is answered from the last record of ${name},${ago} old.`;
  }
}

function whyWarming({ evidence }: SessionFacts): string {
  return evidence.kind === 'provisional'
    ? 'A server claims it, but the roll is not settled: another one may come and claim it, too.'
    : 'Nothing usable is known of it, and the roll is not settled: its server may yet report.';
}

function whyUnknown({ id, evidence }: SessionFacts, facts: Facts): string {
  if (id.kind === 'bare') return 'No believed server has a session of this name.';
  const { present } = find(facts, id.server);
  const name = visible(id.server);
  if (evidence.kind === 'not-listed' && present) {
    return `${name} is believed, and does not list it: its last report has ${listed(present.seen.record.sessions.map(visible), 'no session')}.`;
  }
  return `${name} has reported nothing of it within what is remembered.`;
}

function claims({ claimants }: SessionFacts, facts: Facts): string {
  return listed(
    claimants.map(({ server }) => {
      const { name, present } = find(facts, server);
      return present ? `${name} (${STATE_NOTE[present.seen.state]})` : name;
    }),
    'who they were is not on record any more',
  );
}

const STATE_NOTE: Readonly<Record<ServerState, string>> = {
  live: 'live',
  leaving: 'leaving',
  late: 'late',
  held: 'held',
  protected: 'held by protection',
  lapsed: 'its lease is over',
};

function refusals({ servers }: Facts): string {
  const told = servers.map((facts) => (facts.kind === 'present' ? facts.refusal : undefined));
  return told.find((refusal) => refusal !== undefined) ?? 'as it says below';
}

const LISTED_MAX = 10;

function listed(texts: readonly string[], none: string): string {
  if (texts.length === 0) return none;
  const shown = texts.slice(0, LISTED_MAX).join(', ');
  const more = texts.length - LISTED_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
