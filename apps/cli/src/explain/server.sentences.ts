import { PROTECTION_SERVERS_MIN, type BeliefPolicy, type LeasePolicy } from '@rollcall/domain';
import { counted } from '../output/counted';
import { formatDuration } from '../output/duration';
import { hostPort } from '../output/host-port';
import { visible } from '../output/visible-text';
import { zoneName } from '../protect/zone-name';
import type { ServerFacts } from './facts';

/** The numbers that sentences are made with. */
export interface Policies {
  readonly policy: LeasePolicy;
  readonly belief: BeliefPolicy;
  readonly settled: boolean;
}

type Present = ServerFacts & { readonly kind: 'present' };

/** All that decides how far a server is believed. */
export function serverSentences(facts: ServerFacts, policies: Policies): string[] {
  const remembered = formatDuration(policies.policy.retentionMs);
  switch (facts.kind) {
    case 'gone':
      return [`It was struck off or has withdrawn, within the last ${remembered}.`];
    case 'unknown':
      return [`Nothing is known of it: it has not reported to this roll within ${remembered}.`];
    case 'present':
      return [
        reportSentence(facts),
        ...beliefSentences(facts, policies),
        hostSentence(facts),
        endpointSentence(facts),
        zoneSentence(facts),
      ];
  }
}

function reportSentence({ seen }: Present): string {
  const { boot, sequence } = seen.record;
  return `Its last report, number ${sequence} of boot ${boot}, was applied ${formatDuration(seen.reportedAgoMs)} ago.`;
}

function beliefSentences(facts: Present, policies: Policies): string[] {
  const { policy, settled } = policies;
  const { state, leaseLeftMs } = facts.seen;
  const left = formatDuration(Math.max(0, leaseLeftMs));
  const interval = formatDuration(policy.intervalMs);
  switch (state) {
    case 'live':
      return [
        `It is live: its lease lasts for another ${left}, and a report is due every ${interval}.`,
      ];
    case 'leaving':
      return [
        `It has announced a planned stop: it is believed for another ${left}, and never held.`,
      ];
    case 'late':
      return [
        `It is late: a report is due every ${interval}. It is believed for another ${left}.`,
        whatDecides(facts, policies),
      ];
    case 'held':
    case 'protected':
      return heldSentences(facts, policies);
    case 'lapsed':
      return [
        `Its lease has been over for ${formatDuration(-leaseLeftMs)}.`,
        settled
          ? 'It is not answered for any more, and the next sweep strikes it off, unless a reconciler holds it before.'
          : 'The roll is not settled: nobody is struck off, and its sessions are answered from its last record.',
      ];
  }
}

function whatDecides({ protection }: Present, { belief, settled }: Policies): string {
  if (!settled) return 'The roll is not settled: nobody judges it before it is.';
  if (protection) return 'Its zone is protected: a reconciler holds it before its lease ends.';
  return belief.probeMode === 'off'
    ? 'Nobody probes its DCV port (PROBE_MODE=off): without a report its lease ends.'
    : 'A reconciler probes its DCV port: if it answers, the server is held, otherwise its lease ends.';
}

function heldSentences(facts: Present, { belief }: Policies): string[] {
  const { seen, replaced, protection } = facts;
  const longest = formatDuration(Math.max(0, belief.holdMaxMs - seen.reportedAgoMs));
  const word =
    seen.state === 'held'
      ? 'its DCV port has answered a probe'
      : `its zone ${protection ? 'is' : 'was'} protected, and its death is not confirmed`;
  return [
    `It is held: a reconciler has extended its lease on its own word, as ${word}.`,
    `The hold ends in ${formatDuration(Math.max(0, seen.leaseLeftMs))} unless a reconciler renews it, and in ${longest} in any case.`,
    ...(replaced
      ? [
          'Another server has reported its address since, so that nobody can vouch for it: the hold ends shortly.',
        ]
      : []),
  ];
}

function hostSentence({ seen }: Present): string {
  const sessions = counted(seen.record.sessions.length, 'session');
  return seen.record.healthy
    ? `It has ${sessions}, and its DCV server answers.`
    : `Its DCV server does not answer its own command line; ${sessions} of it can be found.`;
}

function endpointSentence({ seen, refusal }: Present): string {
  const { host, httpPort, quicPort } = seen.record.endpoint;
  const endpoint = `${visible(hostPort(host, httpPort))} (${quicPort ? `QUIC ${quicPort}` : 'no QUIC'})`;
  return refusal === undefined
    ? `Its address ${endpoint} is allowed by ENDPOINT_ALLOW and ENDPOINT_PORTS as set here.`
    : `Its address ${endpoint} is answered to nobody, as ENDPOINT_ALLOW and ENDPOINT_PORTS are set here: ${visible(refusal)}.`;
}

function zoneSentence({ seen, zone, protection }: Present): string {
  const name = zoneName(seen.record.zone);
  const late = zone && `${zone.late} of ${counted(zone.servers, 'server')} there are late`;
  return protection
    ? `It is in ${name}, which is protected since ${protection.since}: ${late ?? 'nobody is left there'}.`
    : `It is in ${name}, which is not protected: ${late ?? `fewer than ${PROTECTION_SERVERS_MIN} on the roll are late`}.`;
}
