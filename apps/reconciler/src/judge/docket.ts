import {
  judge,
  wantsProbe,
  type Circumstances,
  type Judgement,
  type JudgePolicy,
  type LateServer,
  type ServerId,
  type Survey,
  type Verdicts,
} from '@rollcall/domain';

export interface DocketParts {
  readonly survey: Survey;
  /** When the survey was there, by this process's clock. */
  readonly takenAtMs: number;
  readonly protectedZones: ReadonlySet<string>;
  readonly verdicts: Verdicts;
  readonly policy: JudgePolicy;
}

/** Who is late, as the last survey saw it and as has been done about it since, with all that decides about them. */
export class Docket {
  private readonly late: Map<ServerId, LateServer>;

  constructor(private readonly parts: DocketParts) {
    this.late = new Map(parts.survey.late.map((late) => [late.server, late]));
  }

  /** Those whose lease or hold ended first when the survey was taken are first. */
  all(): LateServer[] {
    return [...this.late.values()];
  }

  /** The server as it is now, if it is in the same silence still. */
  find({ server, reportedAtMs }: LateServer): LateServer | undefined {
    const late = this.late.get(server);
    return late?.reportedAtMs === reportedAtMs ? late : undefined;
  }

  change(late: LateServer, change: Partial<LateServer>): void {
    this.late.set(late.server, { ...late, ...change });
  }

  drop(server: ServerId): void {
    this.late.delete(server);
  }

  isProtected({ zone }: Pick<LateServer, 'zone'>): boolean {
    return this.parts.protectedZones.has(zone);
  }

  judge(late: LateServer, nowMs: number, isPaced = false): Judgement {
    const { verdicts, policy } = this.parts;
    const circumstances = { ...this.circumstances(late, nowMs), isPaced };
    return judge(late, verdicts.silence(late), circumstances, policy);
  }

  wantsProbe(late: LateServer, nowMs: number): boolean {
    const { verdicts, policy } = this.parts;
    return wantsProbe(late, verdicts.silence(late), this.circumstances(late, nowMs), policy);
  }

  private circumstances(late: LateServer, nowMs: number): Circumstances {
    const { survey, takenAtMs, verdicts } = this.parts;
    return {
      nowMs,
      storeNowMs: survey.nowMs + (nowMs - takenAtMs),
      isHeard: survey.heard,
      isSettled: survey.settled,
      isProtected: this.isProtected(late),
      witnessesAnswerSinceMs: verdicts.answeringSinceMs(late.zone, nowMs),
    };
  }
}
