import { Logger } from '@nestjs/common';
import { storeFailure, type LateServer, type Protection, type Survey } from '@rollcall/domain';

/** Servers named one by one in a period; of the rest there is a count. */
const NAMED_MAX = 20;
const PERIOD_MS = 60_000;

/** Says what lasts when it begins and when it ends, and each held server once, as long as they are few. */
export class JudgeLog {
  private readonly logger = new Logger('Judge');
  private readonly protections = new Map<string, Protection['state']>();
  private failure: string | undefined;
  private periodEndsAtMs = Number.NEGATIVE_INFINITY;
  private named = 0;
  private unnamed = 0;

  constructor(private readonly now: () => number) {}

  surveyed({ protections }: Survey): void {
    if (this.failure !== undefined) this.logger.log('late servers are judged again');
    this.failure = undefined;
    this.countUnnamed();
    for (const protection of protections) this.protection(protection);
    const seen = new Set(protections.map(({ zone }) => zone));
    for (const [zone, state] of this.protections) {
      if (seen.has(zone)) continue;
      if (state === 'on') this.logger.warn({ zone }, OFF);
      this.protections.delete(zone);
    }
  }

  /** A server that was only late is held because its port answers. */
  held({ server, zone, reportedAtMs }: LateServer): void {
    this.countUnnamed();
    if (this.named === NAMED_MAX) {
      this.unnamed += 1;
      return;
    }
    this.named += 1;
    const lastReport = new Date(reportedAtMs).toISOString();
    this.logger.warn(
      { server, ...(zone === '' ? {} : { zone }), lastReport },
      'a server is held: its agent is silent though its DCV port answers; look after the agent on that host',
    );
  }

  failed(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (failure === this.failure) return;
    this.failure = failure;
    if (storeFailure(error)) this.logger.warn(`late servers are not judged: ${failure}`);
    else this.logger.error(error, 'late servers are not judged');
  }

  private protection({ zone, state, late, servers, sinceMs }: Protection): void {
    const before = this.protections.get(zone);
    this.protections.set(zone, state);
    if (state === before) return;
    const since = new Date(sinceMs).toISOString();
    if (state === 'on') this.logger.error({ zone, late, servers, since }, on(zone));
    else if (before === 'on') this.logger.warn({ zone, since }, ENDED);
  }

  private countUnnamed(): void {
    const nowMs = this.now();
    if (nowMs < this.periodEndsAtMs) return;
    this.periodEndsAtMs = nowMs + PERIOD_MS;
    if (this.unnamed > 0) {
      this.logger.warn({ servers: this.unnamed }, 'more servers are held, not named one by one');
    }
    this.named = 0;
    this.unnamed = 0;
  }
}

const on = (zone: string) =>
  'PROTECTION is on: so many servers of a zone are late at once that silence is no evidence. All of them are held until ' +
  'they report or are confirmed dead. Find out what keeps them from Redis; if they are gone for good, end it with: ' +
  `rollcall protect off --zone '${zone}'`;
const OFF = 'protection has ended: few servers of the zone are late';
const ENDED =
  'protection has ended, by an operator or by its time: late servers of the zone are judged one by one, and it does not start again before few of them are late';
