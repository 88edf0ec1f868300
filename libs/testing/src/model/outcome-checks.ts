import { isDeepStrictEqual } from 'node:util';
import type {
  EvictionOutcome,
  Fence,
  LapsedServer,
  ReportOutcome,
  ServerId,
} from '@rollcall/domain';
import type { Acknowledged } from './acknowledged';
import { belief, wordOf } from './facts';
import type { ModelWorld } from './model-world';
import { Violation } from './violation';

/**
 * I3: what became of a report or withdrawal follows from the newest fence alone. F5: what is older than what a server on
 * the roll has said is never applied.
 */
export function checkOutcome(
  acknowledged: Acknowledged,
  server: ServerId,
  fence: Fence,
  outcome: ReportOutcome,
): void {
  if (acknowledged.isBetween) return;
  const expected = acknowledged.expectedOutcome(server, fence);
  if (isDeepStrictEqual(expected, outcome)) return;
  const name = `${server} ${fence.boot}.${fence.sequence}`;
  const isOlder = expected.kind === 'superseded' || expected.kind === 'outdated';
  const isOnRoll = wordOf(acknowledged.facts, server) !== undefined;
  const goesBack = isOlder && isOnRoll && outcome.kind === 'applied';
  throw new Violation(
    goesBack ? 'F5' : 'I3',
    `the report ${name} is ${text(outcome)}; it wants ${text(expected)}`,
  );
}

/**
 * F26: a sweep strikes off whom it saw lapsed, and nobody who has reported since, whom somebody vouches for, or who is
 * protected. Of who is forgotten it only clears up.
 */
export function checkEviction(
  { facts, beliefs, acknowledged }: ModelWorld,
  seen: LapsedServer,
  outcome: EvictionOutcome,
): void {
  const { server, fence } = seen;
  if (!facts.servers.has(server) || acknowledged.isBetween) return;
  const word = wordOf(facts, server);
  const isSeen = word?.boot === fence.boot && word.sequence === fence.sequence;
  const isProtected = beliefs.mustBeProtected(facts.nowMs) && !word?.leaving;
  if (outcome.kind === 'evicted') {
    if (!word) throw new Violation('I3', `${server} is evicted twice`);
    if (!isSeen)
      throw new Violation('F26', `${server} is evicted, but reported in step ${word.step}`);
    if (belief(word, facts.nowMs) === 'yes')
      throw new Violation('F26', `${server} is evicted within the lease of step ${word.step}`);
    if (!facts.mayBeJudged)
      throw new Violation('I5', `${server} is evicted, but the roll cannot be judged`);
    if (isProtected) throw new Violation('belief', `${server} is evicted, but is protected`);
    if (beliefs.mustBeVouchedFor(server, facts))
      throw new Violation('belief', `${server} is evicted, but a reconciler vouches for it`);
    return;
  }
  const isLapsed = word !== undefined && isSeen && belief(word, facts.nowMs) === 'no';
  const maySpare =
    beliefs.mayBeVouchedFor(server, facts.nowMs) || beliefs.mayBeProtected(facts.nowMs);
  if (isLapsed && facts.mustBeJudged && !maySpare)
    throw new Violation('I8', `${server} is lapsed, but its eviction is ${outcome.kind}`);
}

function text(outcome: ReportOutcome): string {
  switch (outcome.kind) {
    case 'superseded':
      return `superseded by boot ${outcome.boot}`;
    case 'outdated':
      return `outdated by #${outcome.sequence}`;
    default:
      return outcome.kind;
  }
}
