import type { Destination, Evidence, LocalId, Mark } from '@rollcall/domain';
import { isBefore, type Moments } from './moments';
import type { Claimant, RollOracle, ServerTruth } from './roll-oracle';
import type { RollSnapshot, Sighting } from './roll-snapshot';

/** Every way in which a snapshot breaks an invariant; empty when it breaks none. */
export function violationsIn(snapshot: RollSnapshot, oracle: RollOracle): string[] {
  const violations: string[] = [];
  for (const sighting of snapshot.sightings) {
    const problem = sighting.server
      ? qualifiedProblem(sighting, oracle.truth(sighting.server, snapshot), snapshot)
      : bareProblem(sighting, oracle, snapshot);
    if (problem)
      violations.push(`${sighting.id}: ${problem}, but got ${JSON.stringify(sighting.evidence)}`);
  }
  return [...violations, ...rollProblems(snapshot, oracle), ...surveyProblems(snapshot, oracle)];
}

function qualifiedProblem(
  { local, evidence }: Sighting,
  truth: ServerTruth | undefined,
  now: Moments,
): string | undefined {
  if (!truth) return isAbsent(evidence, 'nothing') ? undefined : 'nothing is known of the server';
  const retained = isBefore(now, truth.retainedUntil);
  if (retained === 'maybe' && isAbsent(evidence, 'nothing')) return undefined;
  if (!truth.report) return isAbsent(evidence, 'gone') ? undefined : 'the server was struck off';
  if (!truth.list)
    return isAbsent(evidence, 'nothing') ? undefined : 'the server never told a list';

  const isListed = truth.list.includes(local);
  const believed = isBefore(now, truth.leaseEnds);
  const answered = isListed
    ? evidence.kind === 'answer' &&
      evidence.mark === markOf(truth) &&
      leadsTo(evidence.destination, truth, local)
    : evidence.kind === 'not-listed';
  if (believed !== 'no' && answered) return undefined;
  if (believed === 'yes') return isListed ? 'I1: it is live' : 'its live server does not list it';
  const remembered =
    evidence.kind === 'absent' && evidence.lastKnown.kind === 'destination'
      ? isListed && leadsTo(evidence.lastKnown.destination, truth, local)
      : !isListed && isAbsent(evidence, 'nothing');
  return remembered ? undefined : 'I2, I7: its lease is over, and only its record is left';
}

function bareProblem(
  { local, evidence }: Sighting,
  oracle: RollOracle,
  now: Moments,
): string | undefined {
  const claimants = oracle.claimants(local, now);
  const sure = claimants.filter(({ believed }) => believed === 'yes');
  const owner = oracle.ownerOf(local);
  if (sure.length >= 2 && evidence.kind !== 'ambiguous') return 'I4: two believed servers claim it';
  switch (evidence.kind) {
    case 'answer':
    case 'provisional': {
      const claimant = claimants.find(({ truth }) => leadsTo(evidence.destination, truth, local));
      if (!claimant) return 'I4: no believed server claims it there';
      if (sure.some((other) => other !== claimant)) return 'I4: another believed server claims it';
      const isLive = evidence.kind === 'answer';
      if (isLive && evidence.mark !== markOf(claimant.truth)) return 'it has another mark';
      if (isLive && !oracle.mayBeLive(claimant.truth.server, local)) {
        return 'I5: it was claimed only while the roll was not settled';
      }
      const mustBeLive = owner?.live && owner.server === claimant.truth.server;
      return mustBeLive && !isLive ? 'I1: it was claimed on a settled roll' : undefined;
    }
    case 'ambiguous':
      if (claimants.length === 0) return 'no believed server claims it';
      return isOwnedBy(claimants, owner?.server)
        ? 'I4: one believed server is left with it'
        : undefined;
    case 'absent':
      if (sure.length > 0) return 'I1: a believed server claims it';
      return rememberedProblem(evidence.lastKnown, oracle, local, now);
    case 'not-listed':
      return 'a bare id has no list';
  }
}

function rememberedProblem(
  lastKnown: Extract<Evidence, { kind: 'absent' }>['lastKnown'],
  oracle: RollOracle,
  local: LocalId,
  now: Moments,
): string | undefined {
  if (lastKnown.kind === 'gone') return 'a bare id has no tombstone';
  if (lastKnown.kind !== 'destination') return undefined;
  const truth = oracle.truth(lastKnown.destination.server, now);
  const isBacked = truth?.list?.includes(local) && leadsTo(lastKnown.destination, truth, local);
  return isBacked ? undefined : 'I7: its last known server does not say so any more';
}

function rollProblems(snapshot: RollSnapshot, oracle: RollOracle): string[] {
  const present = oracle.present(snapshot);
  const problems: string[] = [];
  for (const record of snapshot.records) {
    const truth = present.find(({ server }) => server === record.server);
    const { boot, sequence } = truth?.fence ?? {};
    if (truth?.list && truth.held !== record.held)
      problems.push(`${record.server} is held: ${record.held}, but should be: ${truth.held}`);
    if (boot !== record.boot || sequence !== record.sequence) {
      problems.push(
        `I3: ${record.server} is on the roll at ${record.boot}.${record.sequence}, not at ${boot}.${sequence}`,
      );
    }
  }
  for (const { server, retainedUntil } of present) {
    const isShown = snapshot.records.some((record) => record.server === server);
    if (!isShown && isBefore(snapshot, retainedUntil) === 'yes')
      problems.push(`${server} is not on the roll`);
  }
  const lapsed = present.filter(({ leaseEnds }) => isBefore(snapshot, leaseEnds) === 'no').length;
  if (snapshot.lapsed < lapsed)
    problems.push(`${lapsed} servers are lapsed, not ${snapshot.lapsed}`);
  return problems;
}

function surveyProblems(snapshot: RollSnapshot, oracle: RollOracle): string[] {
  const { survey } = snapshot;
  const problems: string[] = [];
  for (const truth of oracle.present(snapshot)) {
    const found = survey.late.find(({ server }) => server === truth.server);
    const expected = oracle.beliefs.isLate(truth, snapshot);
    const isSure = isBefore(snapshot, truth.retainedUntil) === 'yes';
    if (isSure && expected !== 'maybe' && expected !== (found ? 'yes' : 'no'))
      problems.push(`${truth.server} is late: ${found !== undefined}, but should be: ${expected}`);
    if (!found) continue;
    const { held, zone, reportedAtMs } = found;
    if (held !== (truth.held !== undefined)) problems.push(`${truth.server} is held: ${held}`);
    if (zone !== truth.report?.zone) problems.push(`${truth.server} is in zone ${zone}`);
    const { fromMs, toMs } = truth.reportedAt;
    if (reportedAtMs < fromMs || reportedAtMs > toMs)
      problems.push(`${truth.server} reported at ${reportedAtMs}`);
    if (found.replaced && !oracle.mayBeReplaced(truth.server, snapshot))
      problems.push(`${truth.server} is replaced by nobody`);
  }
  const counted = survey.zones.reduce((sum, { late }) => sum + late, 0);
  if (survey.zones.length > 0 && counted !== survey.lateTotal)
    problems.push(`${counted} of the zones’ servers are late, not ${survey.lateTotal}`);
  return problems;
}

function markOf({ held }: ServerTruth): Mark {
  if (held === undefined) return 'live';
  return held === 'probe' ? 'held' : 'protected';
}

function leadsTo(
  destination: Destination,
  { server, report }: ServerTruth,
  local: LocalId,
): boolean {
  const { endpoint } = destination;
  return (
    destination.server === server &&
    destination.session === local &&
    endpoint.host === report?.endpoint.host &&
    endpoint.httpPort === report.endpoint.httpPort &&
    endpoint.quicPort === report.endpoint.quicPort &&
    endpoint.webUrlPath === report.endpoint.webUrlPath
  );
}

function isAbsent(evidence: Evidence, lastKnown: string): boolean {
  return evidence.kind === 'absent' && evidence.lastKnown.kind === lastKnown;
}

function isOwnedBy(claimants: readonly Claimant[], owner: string | undefined): boolean {
  const [sole, ...others] = claimants;
  return others.length === 0 && sole?.believed === 'yes' && sole.truth.server === owner;
}
