import {
  PROTECTION_SERVERS_MIN,
  type BeliefStore,
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
import type { DueProbe } from './probe-pool';

export interface ProbeRoundsParts {
  readonly store: Pick<BeliefStore, 'records'>;
  readonly prober: Pick<EndpointProber, 'probe'>;
  readonly verdicts: Verdicts;
  readonly metrics: Pick<JudgeMetrics, 'probed'>;
  /** A monotonic clock. */
  readonly now: () => number;
  /** Told of each verdict as soon as it is noted. */
  readonly judged: (record: ServerRecord, late: LateServer) => void;
}

/** Makes the probes that are due of a docket, in the order in which they matter. */
export class ProbeRounds {
  constructor(private readonly parts: ProbeRoundsParts) {}

  /**
   * Witnesses first: they are few, and much depends on them. Then those that nothing but a probe keeps, by the end of
   * their leases. Then the protected, who are held anyway: the longest not probed first, for there may be more of them
   * than a period has room for.
   */
  due(docket: Docket, survey: Survey): DueProbe[] {
    const nowMs = this.parts.now();
    const wanted = docket.all().filter((late) => docket.wantsProbe(late, nowMs));
    const isProtected = (late: LateServer) => docket.isProtected(late);
    const alone = wanted.filter((late) => !isProtected(late));
    const inNumbers = wanted.filter(isProtected).sort((one, other) => {
      const [before, after] = [this.dueAtMs(one), this.dueAtMs(other)];
      return before === after ? 0 : before - after;
    });
    const witnesses = (survey.settled ? survey.zones : [])
      .filter(({ zone }) => this.parts.verdicts.areWitnessesDue(zone, nowMs))
      .flatMap((zone) => this.witnessesOf(zone, docket));
    return [...witnesses, ...[...alone, ...inNumbers].map((late) => this.ofLate(late))];
  }

  private dueAtMs(late: LateServer): number {
    return this.parts.verdicts.silence(late)?.nextProbeAtMs ?? Number.NEGATIVE_INFINITY;
  }

  private ofLate(late: LateServer): DueProbe {
    const { verdicts, judged, now } = this.parts;
    return {
      key: `late ${late.server}`,
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
