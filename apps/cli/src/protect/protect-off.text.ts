import type { BeliefPolicy, LeasePolicy } from '@rollcall/domain';
import { counted } from '../output/counted';
import { formatDuration } from '../output/duration';
import { armsBelow } from './protect.text';
import type { ZoneOutcome } from './protect-off';
import { zoneName } from './zone-name';

/** What was done, and what follows from it. */
export function offText(
  outcomes: readonly ZoneOutcome[],
  policy: LeasePolicy,
  belief: BeliefPolicy,
): string {
  if (outcomes.length === 0) return 'No zone is protected: there is nothing to end.';
  const lines = outcomes.map(outcomeLine);
  if (outcomes.some(({ kind }) => kind === 'ended')) lines.push(...whatFollows(policy, belief));
  return lines.join('\n');
}

/** The same for programs. */
export function offDocument(outcomes: readonly ZoneOutcome[]) {
  return {
    ended: outcomes.filter(({ kind }) => kind === 'ended').map(({ zone }) => zone),
    zones: outcomes.map((outcome) =>
      outcome.kind === 'ended'
        ? { zone: outcome.zone, outcome: outcome.kind, was: { ...outcome.was, off: undefined } }
        : { ...outcome, kind: undefined, outcome: outcome.kind },
    ),
  };
}

function outcomeLine(outcome: ZoneOutcome): string {
  const name = capitalised(zoneName(outcome.zone));
  switch (outcome.kind) {
    case 'ended': {
      const { protectedForMs, late, servers } = outcome.was;
      const lateNow = `${late} of ${counted(servers, 'server')} are late now`;
      return `${name} is no longer protected. It was for ${formatDuration(protectedForMs)}; ${lateNow}.`;
    }
    case 'changed':
      return outcome.on
        ? `${name} is still protected: somebody changed its protection in between. Look again.`
        : `${name} is no longer protected: somebody else was faster.`;
    case 'not-protected':
      return `${name} is not protected.`;
  }
}

function whatFollows({ leaseTtlMs }: LeasePolicy, belief: BeliefPolicy): string[] {
  const lease = formatDuration(leaseTtlMs);
  const judged =
    belief.probeMode === 'off'
      ? `Nobody is probed (PROBE_MODE=off): who stays silent is struck off with its sessions, within ${lease}.`
      : `Whose DCV port answers is held on; the others are struck off with their sessions, within ${lease}.`;
  return [
    'The silent are judged by the ordinary rules from now on.',
    judged,
    `Protection starts there again only after fewer than ${armsBelow(belief)} were late.`,
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
