import type {
  HoldOutcome,
  Release,
  ReleaseOutcome,
  ServerId,
  ServerRecord,
  Survey,
  Vouch,
} from '@rollcall/domain';
import { isDeepStrictEqual } from 'node:util';
import { wordOf } from './facts';
import { SERVERS } from './model-ids';
import type { ModelWorld } from './model-world';
import { Violation } from './violation';

/** What is to be said of one server, and after what it has said or what has befallen it last. */
interface Standing {
  readonly isLate: boolean;
  readonly since: unknown;
}

/** How every server stands at this moment; undefined while nobody can say. */
export function standings(world: ModelWorld): ReadonlyMap<ServerId, Standing> | undefined {
  const { facts, beliefs, acknowledged } = world;
  if (acknowledged.isBetween) return undefined;
  return new Map(
    SERVERS.map((server) => {
      const since = structuredClone(facts.servers.get(server));
      return [server, { isLate: beliefs.isLate(server, facts), since }];
    }),
  );
}

/**
 * A survey names exactly those who have been silent for too long, or are held. It takes a while, and other things happen
 * between its commands: whoever does not stand as it stood when it began may be named or not.
 */
export function checkSurvey(
  world: ModelWorld,
  before: ReturnType<typeof standings>,
  survey: Survey,
): void {
  const { facts } = world;
  const after = standings(world);
  if (before === undefined || after === undefined) return;
  for (const server of SERVERS) {
    if (!isDeepStrictEqual(before.get(server), after.get(server))) continue;
    const isLate = after.get(server)?.isLate;
    const isNamed = survey.late.some((late) => late.server === server);
    if (isLate !== isNamed && isKnown(facts.servers, server))
      throw broken(`the survey says that ${server} is ${isNamed ? '' : 'not '}late; it is not so`);
  }
}

/** A hold is for the silence it was decided on, of somebody late who may be held, and lasts one lease. */
export function checkHold(
  { facts, beliefs, acknowledged, site }: ModelWorld,
  { server, boot, sequence }: ServerRecord,
  { holdMaxMs }: Vouch,
  outcome: HoldOutcome,
): void {
  const word = wordOf(facts, server);
  const isSame = word?.boot === boot && word.sequence === sequence;
  const isSilentTooLong = word !== undefined && facts.nowMs - word.saidAtMs >= holdMaxMs;
  const mayHold = isSame && beliefs.isLate(server, facts) && !isSilentTooLong;
  if (outcome.kind === 'held') {
    if (!mayHold) throw broken(`${server} is held, but must not be`);
    if (!facts.mayBeHeard && !word.held)
      throw broken(`${server} is held anew, but not every agent can have been heard`);
    if (outcome.untilMs !== facts.nowMs + site.policy.leaseTtlMs)
      throw broken(`${server} is held until ${outcome.untilMs}, which is not one lease`);
    return;
  }
  const isShared = SERVERS.some(
    (other) => other !== server && isSameEndpoint(wordOf(facts, other)?.endpoint, word?.endpoint),
  );
  if (mayHold && facts.mustSettle && !isShared && !acknowledged.isBetween)
    throw broken(`${server} may be held, but its hold is ${outcome.kind}`);
}

/** A release strikes off a held server, unless somebody else vouches for it, or protection wants more. */
export function checkRelease(
  { facts, beliefs, site }: ModelWorld,
  { server, boot, sequence }: ServerRecord,
  { reason, by, confirmed }: Release,
  outcome: ReleaseOutcome,
): void {
  const word = wordOf(facts, server);
  if (outcome.kind === 'paced' && !beliefs.mayBeProtected(facts.nowMs))
    throw broken(`the release of ${server} is paced, but nobody is protected`);
  if (outcome.kind !== 'evicted') return;
  if (word?.boot !== boot || word.sequence !== sequence)
    throw new Violation('F26', `${server} is released, but reported in step ${word?.step}`);
  if (!word.held) throw broken(`${server} is released, but was not held`);
  if (!facts.maySettle) throw broken(`${server} is released, but the roll cannot be settled`);
  if (facts.nowMs - word.saidAtMs < site.policy.leaseTtlMs)
    throw broken(`${server} is released, but the lease of its last report still runs`);
  if (reason !== 'dead') return;
  if (beliefs.mustBeVouchedFor(server, facts, by))
    throw broken(`${server} is released, but the other reconciler vouches for it`);
  if (!confirmed && beliefs.mustBeProtected(facts.nowMs))
    throw broken(`${server} is released unconfirmed, but is protected`);
}

/** Only one of two changes that have seen the same protection goes through. */
export function checkProtectionChange(
  { facts, beliefs }: ModelWorld,
  to: 'on' | 'ended' | 'off',
  seenVersion: number,
): void {
  if (beliefs.version !== seenVersion) throw broken('protection is changed twice from one state');
  if (to === 'on' && !facts.maySettle)
    throw broken('protection starts, but the roll cannot be settled');
}

function broken(complaint: string): Violation {
  return new Violation('belief', complaint);
}

function isKnown(servers: ReadonlyMap<ServerId, unknown>, server: ServerId): boolean {
  return servers.has(server);
}

function isSameEndpoint(
  one: { host: string; httpPort: number } | undefined,
  other: { host: string; httpPort: number } | undefined,
): boolean {
  return one !== undefined && one.host === other?.host && one.httpPort === other.httpPort;
}
