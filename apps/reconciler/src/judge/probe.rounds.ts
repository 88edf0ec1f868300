import {
  PROTECTION_SERVERS_MIN,
  type BeliefStore,
  type JudgePolicy,
  type LateServer,
  type ProbeResult,
  type ServerId,
  type ServerRecord,
  type Survey,
  type Verdicts,
  type ZoneSurvey,
} from '@rollcall/domain';
import type { Docket } from './docket';
import type { EndpointProber } from './endpoint.prober';
import type { JudgeMetrics } from './judge.metrics';
import type { DueProbe, ProbePool } from './probe-pool';

export interface ProbeRoundsParts {
  readonly store: Pick<BeliefStore, 'records'>;
  readonly prober: Pick<EndpointProber, 'probe'>;
  readonly verdicts: Verdicts;
  readonly metrics: Pick<JudgeMetrics, 'probed'>;
  readonly pool: Pick<ProbePool, 'isUnderWay'>;
  readonly policy: Pick<JudgePolicy, 'probePeriodMs'>;
  /** A monotonic clock. */
  readonly now: () => number;
  /** Told of each verdict as soon as it is noted. */
  readonly judged: (record: ServerRecord, late: LateServer) => void;
}

/**
 * The protected are held whatever a probe says, so theirs are spread: over a little less than a period, as whoever is
 * probed once per period is to find room in each.
 */
const SPREAD_SHARE = 0.8;

/** After rounds that could not be made, as the store was away, nobody is to make up for them at once. */
const ROUND_SHARE_MAX = 0.25;

/** Makes the probes that are due of a docket, in the order in which they matter. */
export class ProbeRounds {
  private roundAtMs: number;

  constructor(private readonly parts: ProbeRoundsParts) {
    this.roundAtMs = parts.now();
  }

  /**
   * Witnesses first: they are few, and much depends on them. Then those that nothing but a probe keeps, by the end of
   * their leases. Then the protected, who are held anyway: the longest not probed first, and of thousands only as many
   * as bring everybody's turn within a period.
   */
  due(docket: Docket, survey: Survey): DueProbe[] {
    const nowMs = this.parts.now();
    const all = docket.all();
    const wanted = all.filter(
      (late) => docket.wantsProbe(late, nowMs) && !this.parts.pool.isUnderWay(keyOf(late)),
    );
    const isProtected = (late: LateServer) => docket.isProtected(late);
    const alone = wanted.filter((late) => !isProtected(late));
    const inNumbers = wanted.filter(isProtected).sort((one, other) => {
      const [before, after] = [this.dueAtMs(one), this.dueAtMs(other)];
      return before === after ? 0 : before - after;
    });
    const witnesses = (survey.settled ? survey.zones : [])
      .filter(({ zone }) => this.parts.verdicts.areWitnessesDue(zone, nowMs))
      .flatMap((zone) => this.witnessesOf(zone, docket));
    const paced = inNumbers.slice(0, this.share(all.filter(isProtected).length, nowMs));
    return [...witnesses, ...[...alone, ...paced].map((late) => this.ofLate(late))];
  }

  /** How many of so many have their turn now, after the time since the last round. */
  private share(count: number, nowMs: number): number {
    const { probePeriodMs } = this.parts.policy;
    const sinceMs = Math.min(nowMs - this.roundAtMs, ROUND_SHARE_MAX * probePeriodMs);
    this.roundAtMs = nowMs;
    return Math.ceil((count * sinceMs) / (SPREAD_SHARE * probePeriodMs));
  }

  private dueAtMs(late: LateServer): number {
    return this.parts.verdicts.silence(late)?.nextProbeAtMs ?? Number.NEGATIVE_INFINITY;
  }

  private ofLate(late: LateServer): DueProbe {
    const { verdicts, judged, now } = this.parts;
    return {
      key: keyOf(late),
      run: () =>
        this.probe(late.server, (record, result, startedAtMs) => {
          this.parts.metrics.probed('late', result);
          verdicts.probed(late, result, startedAtMs, now());
          judged(record, late);
        }),
    };
  }

  private witnessesOf({ zone, late, witnesses }: ZoneSurvey, docket: Docket): DueProbe[] {
    const areNeeded = docket.isProtected({ zone }) ? late > 0 : late >= PROTECTION_SERVERS_MIN;
    if (!areNeeded) return [];
    const { verdicts, now } = this.parts;
    return witnesses.map((server) => ({
      key: `witness ${server}`,
      run: () => {
        verdicts.askedWitness(zone, now());
        return this.probe(server, (_record, result) => {
          this.parts.metrics.probed('witness', result);
          verdicts.witnessed(zone, server, result, now());
        });
      },
    }));
  }

  /** A store that does not answer is told by the turns, which fail as well; the probe is due again then. */
  private async probe(
    server: ServerId,
    told: (record: ServerRecord, result: ProbeResult, startedAtMs: number) => void,
  ): Promise<void> {
    const { store, prober, now } = this.parts;
    const [record] = await store.records([server]).catch(() => []);
    if (record === undefined) return;
    const startedAtMs = now();
    told(record, await prober.probe(record.endpoint), startedAtMs);
  }
}

function keyOf({ server }: LateServer): string {
  return `late ${server}`;
}
