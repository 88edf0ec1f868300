import { createHash } from 'node:crypto';
import {
  InvalidReportError,
  reportProblem,
  storeFailure,
  type Fence,
  type LocalId,
  type Report,
  type ReportOutcome,
  type ServerId,
  type SessionList,
} from '@rollcall/domain';
import { encodeEndpoint } from './answer.codec';
import {
  decodeRecord,
  encodeHealth,
  fenceTexts,
  NO_DIGEST,
  recordBody,
  type RecordState,
} from './record.codec';
import {
  bareKeys,
  bareSessions,
  endingTokenKeys,
  sessionChanges,
  sessionKeys,
  type SessionChange,
} from './session-changes';
import { pulseArguments, storeTime, type StoreContext } from './store-context';
import { seeRecord, strike } from './strike.operation';

/** What this process knows the store to hold of a server: spares an unchanged report everything but a touch. */
interface Acknowledged {
  readonly boot: number;
  readonly state: RecordState;
  readonly digest: string;
  readonly body: string;
  readonly sessions: readonly LocalId[];
  /** The keys of a touch, which stay the same as long as the list does. */
  readonly touchKeys: readonly string[];
  /** Whether it has bare ids that only a touch in full can renew, contested or provisional: what the last such touch said. */
  touchesInFull: boolean;
}

const NOTHING_KNOWN = {
  digest: NO_DIGEST,
  sessions: [] as readonly LocalId[],
  state: 'T' as RecordState,
};

/** Why sessions that a report no longer lists are gone; an unknown list loses none. */
const GONE_REASONS: Record<SessionList['kind'], string> = {
  listed: 'closed',
  unknown: 'unknown',
  withheld: 'unhealthy',
};

/**
 * What a touch does beyond renewing, once a full store has refused the report: it voids tokens and makes a held server live
 * again, which needs no memory but for an event.
 */
interface Salvage {
  /** Who is held, the events, and the tokens that end. */
  readonly keys: readonly string[];
}

/** Enough for the largest fleet reporting through one process; beyond it a server costs one more round trip. */
const ACKNOWLEDGED_MAX = 50_000;

/** A report is repeated when the store held another list than expected: once after a restart, more only if another agent reports as this server. */
const ATTEMPTS_MAX = 4;

/** Records and bare ids' last known owners are kept on this often: they are then forgotten a tenth of the retention early at most. */
const REFRESHES_PER_RETENTION = 10;

/** Reports, withdrawals and pings; see the port. */
export class ReportOperations {
  private readonly acknowledged = new Map<ServerId, Acknowledged>();

  constructor(private readonly context: StoreContext) {}

  async report(report: Report): Promise<ReportOutcome> {
    const problem = reportProblem(report);
    if (problem !== undefined) throw new InvalidReportError(problem);

    const known = this.acknowledged.get(report.server);
    if (known && this.isUnchanged(report, known)) {
      const outcome = await this.touch(report, known);
      if (outcome) return outcome;
    }
    return this.reportInFull(report, known ?? NOTHING_KNOWN);
  }

  async withdraw(server: ServerId, fence: Fence): Promise<ReportOutcome> {
    this.acknowledged.delete(server);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const seen = await seeRecord(this.context, server);
      const reply = await strike(this.context, server, seen, 'withdrawn', fence);
      if (reply[0] === 'struck') return { kind: 'applied' };
      if (reply[0] !== 'renewed') return toOutcome(reply);
    }
    return { kind: 'outdated', sequence: fence.sequence };
  }

  async giveWay(server: ServerId, { boot }: Fence): Promise<ReportOutcome> {
    const { keys, eventsMax, runner, script } = this.context;
    const args = [server, boot, eventsMax];
    const reply = await runner.run('giveWay', () =>
      script('giveWay', [keys.record(server), keys.events], args),
    );
    return toOutcome(reply as Reply);
  }

  /** Reads a key, as in a Cluster a PING may be answered by another server than the one that keeps the roll. */
  async ping(): Promise<void> {
    const { redis, keys, runner } = this.context;
    await runner.run('ping', () => redis.exists(keys.settled));
  }

  time(): Promise<number> {
    return storeTime(this.context);
  }

  private isUnchanged(report: Report, known: Acknowledged): boolean {
    if (report.leaving || known.state !== 'A' || known.boot !== report.boot) return false;
    if (reopenedIn(report).length > 0) return false;
    const { endpoint, healthy, zone } = report;
    return recordBody(endpoint, healthy, zone, listed(report, known.sessions)) === known.body;
  }

  /** Undefined when it has to be reported in full. */
  private async touch(report: Report, known: Acknowledged): Promise<ReportOutcome | undefined> {
    if (!known.touchesInFull) {
      const reply = await this.send('touch', known.touchKeys, this.touchArguments(report, known));
      if (reply[0] === 'full') return undefined;
      if (reply[0] !== 'more') return toOutcome(reply);
    }
    const [code, detail] = await this.touchInFull(report, known);
    known.touchesInFull = code === 'applied' && Number(detail) > 0;
    return code === 'full' ? undefined : toOutcome([code, detail]);
  }

  private touchInFull(
    report: Report,
    base: Pick<Acknowledged, 'digest' | 'sessions'>,
    salvage?: Salvage,
  ): Promise<Reply> {
    const { keys, eventsMax } = this.context;
    const scriptKeys = [
      ...this.touchedKeysOf(report.server),
      ...bareKeys(keys, base.sessions),
      ...(salvage?.keys ?? []),
    ];
    const args = [
      ...this.touchArguments(report, base),
      ...(salvage ? [1, salvage.keys.length, eventsMax] : [0, 0]),
    ];
    return this.send('touchInFull', scriptKeys, args);
  }

  private touchArguments(
    report: Report,
    { digest }: Pick<Acknowledged, 'digest'>,
  ): (string | number)[] {
    const { policy } = this.context;
    const { boot, sequence } = fenceTexts(report);
    return [
      ...[report.server, boot, sequence, digest, policy.leaseTtlMs, ...pulseArguments(policy)],
      Math.floor(policy.retentionMs / REFRESHES_PER_RETENTION),
    ];
  }

  private async reportInFull(
    report: Report,
    base: Pick<Acknowledged, 'digest' | 'sessions' | 'state'>,
  ): Promise<ReportOutcome> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const next = this.acknowledgement(report, base);
      const [code, detail] = await this.sendOrSalvage(report, base, next);
      if (code === 'stored') {
        base = detail === undefined ? NOTHING_KNOWN : decodeRecord(String(detail));
        continue;
      }
      if (code === 'applied') this.remember(report.server, next);
      return toOutcome([code, detail]);
    }
    return { kind: 'outdated', sequence: report.sequence };
  }

  /**
   * A full store refuses the report, and keeps what it holds of this server for another lease; but the tokens that end
   * with the report end all the same.
   */
  private async sendOrSalvage(
    report: Report,
    base: Pick<Acknowledged, 'digest' | 'sessions'>,
    next: Acknowledged,
  ): Promise<Reply> {
    const changes = sessionChanges(base.sessions, next.sessions, reopenedIn(report));
    try {
      return await this.sendInFull(report, base, next, changes);
    } catch (error) {
      if (storeFailure(error) === 'full') {
        const { keys } = this.context;
        const tokenKeys = endingTokenKeys(keys, report.server, changes);
        const salvage = { keys: [keys.held, keys.events, ...tokenKeys] };
        await this.touchInFull(report, base, salvage);
      }
      throw error;
    }
  }

  private async sendInFull(
    report: Report,
    base: Pick<Acknowledged, 'digest'>,
    next: Acknowledged,
    changes: readonly SessionChange[],
  ): Promise<Reply> {
    const { keys, policy, eventsMax } = this.context;
    const args = [
      ...[report.server, report.boot, report.sequence, next.digest, base.digest, next.state],
      ...[encodeEndpoint(report.endpoint), encodeHealth(report.healthy, report.zone)],
      ...[report.leaving ? policy.leavingLeaseMs : policy.leaseTtlMs, policy.leaseTtlMs],
      ...[...pulseArguments(policy), eventsMax],
      GONE_REASONS[report.sessions.kind],
      ...changes.map(({ text }) => text),
    ];
    const { server } = report;
    const scriptKeys = [...keys.ofServer(server), ...sessionKeys(keys, server, changes)];
    return this.send('report', scriptKeys, args);
  }

  private async send(
    name: 'report' | 'touch' | 'touchInFull',
    scriptKeys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<Reply> {
    const { runner, script } = this.context;
    return (await runner.run(name, () => script(name, scriptKeys, args))) as Reply;
  }

  private acknowledgement(
    report: Report,
    base: Pick<Acknowledged, 'sessions' | 'state'>,
  ): Acknowledged {
    const { keys } = this.context;
    const sessions = listed(report, base.sessions);
    const body = recordBody(report.endpoint, report.healthy, report.zone, sessions);
    const neverListed =
      report.sessions.kind === 'unknown' && (base.state === 'T' || base.state === 'U');
    return {
      boot: report.boot,
      state: neverListed ? 'U' : report.leaving ? 'L' : 'A',
      digest: createHash('sha1').update(body).digest('hex').slice(0, NO_DIGEST.length),
      body,
      sessions,
      touchKeys: [
        ...this.touchedKeysOf(report.server),
        ...bareSessions(sessions).map((local) => keys.bare(local)),
      ],
      touchesInFull: false,
    };
  }

  private touchedKeysOf(server: ServerId): string[] {
    const { keys } = this.context;
    return [keys.record(server), keys.answer(server), keys.due, keys.pulse, keys.settled];
  }

  private remember(server: ServerId, acknowledged: Acknowledged): void {
    this.acknowledged.delete(server);
    this.acknowledged.set(server, acknowledged);
    if (this.acknowledged.size <= ACKNOWLEDGED_MAX) return;
    const [oldest] = this.acknowledged.keys();
    if (oldest !== undefined) this.acknowledged.delete(oldest);
  }
}

type Reply = readonly [code: string, detail?: string | number];

function listed(report: Report, stored: readonly LocalId[]): readonly LocalId[] {
  switch (report.sessions.kind) {
    case 'listed':
      return report.sessions.ids;
    case 'unknown':
      return stored;
    case 'withheld':
      return [];
  }
}

function reopenedIn({ sessions }: Report): readonly LocalId[] {
  return (sessions.kind === 'listed' && sessions.reopened) || [];
}

function toOutcome([code, detail]: Reply): ReportOutcome {
  switch (code) {
    case 'applied':
      return { kind: 'applied' };
    case 'already':
      return { kind: 'already-applied' };
    case 'superseded':
      return { kind: 'superseded', boot: Number(detail) };
    case 'outdated':
      return { kind: 'outdated', sequence: Number(detail) };
    default:
      throw new Error(`a script answered with an unknown code: ${code}`);
  }
}
