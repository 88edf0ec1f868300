import { qualifiedId } from '@rollcall/domain';
import { formatDuration } from '../output/duration';
import { visible } from '../output/visible-text';
import type { Facts, ServerFacts } from './facts';
import type { Policies } from './server.sentences';

/** Nobody works through more of them at a time. */
const SERVERS_MAX = 3;

/** What an operator does about it; never empty. */
export function nextSteps(facts: Facts, policies: Policies): string[] {
  const steps = [
    ...(policies.settled ? [] : [settling(policies)]),
    ...facts.protections
      .filter(({ zone }) => facts.servers.some((server) => zoneOf(server) === zone))
      .map(
        ({ off }) =>
          `Find out what the silent hosts have in common. If they really are dead: ${visible(off)}`,
      ),
    ...sessionSteps(facts),
    ...facts.servers.slice(0, SERVERS_MAX).flatMap((server) => serverSteps(server, facts)),
  ];
  return steps.length > 0 ? steps : ['Nothing is to be done.'];
}

function settling({ policy }: Policies): string {
  const { settleAfterMs, gapMs } = policy;
  return `Wait ${formatDuration(settleAfterMs)}: so long the roll has to be written without a gap of ${formatDuration(gapMs)}. If it does not settle, look at Redis, and whether a resolver or a reconciler runs.`;
}

function sessionSteps({ session }: Facts): string[] {
  if (session === undefined) return [];
  const { HTTP: answer } = session.answers;
  if (answer.kind !== 'not-found') return [];
  if (answer.reason === 'ambiguous') {
    const [one] = session.claimants;
    const id = one ? qualifiedId(one.server, session.id.local) : '<server>~<session>';
    return [`Ask for it with its server, as in ${visible(id)}.`];
  }
  return answer.reason === 'unknown'
    ? ['`rollcall sessions` lists every id there is. Capitals count.']
    : [];
}

function serverSteps(facts: ServerFacts, { protections }: Facts): string[] {
  const name = visible(facts.server);
  if (facts.kind === 'unknown') {
    return [
      `Look at the log of the agent of ${name}, and whether REDIS_URL and ROLL are the same there and here.`,
    ];
  }
  if (facts.kind === 'gone') {
    return [
      `\`rollcall watch --since 15m --type server.lost\` says why ${name} went. If its host runs, look at the log of its agent.`,
    ];
  }
  const { seen, refusal } = facts;
  const isProtected = protections.some(({ zone }) => zone === seen.record.zone);
  return [
    ...(refusal === undefined
      ? []
      : [
          `Compare ENDPOINT_ALLOW and ENDPOINT_PORTS of the resolvers with the address of ${name}.`,
        ]),
    ...(seen.record.healthy ? [] : [`Run \`dcv list-sessions -j\` on the host of ${name}.`]),
    ...(isProtected ? [] : silentSteps(seen.state, name)),
  ];
}

function silentSteps(state: string, name: string): string[] {
  switch (state) {
    case 'late':
    case 'lapsed':
      return [`Look at the host of ${name}, then at the log of its agent.`];
    case 'held':
      return [
        `The host of ${name} answers, and its agent is silent: look at the log of its agent, and restart it.`,
      ];
    case 'protected':
      return [
        `Wait for the verdict on ${name}, which its zone does not protect any more. Meanwhile, look at its host.`,
      ];
    default:
      return [];
  }
}

function zoneOf(facts: ServerFacts): string | undefined {
  return facts.kind === 'present' ? facts.seen.record.zone : undefined;
}
