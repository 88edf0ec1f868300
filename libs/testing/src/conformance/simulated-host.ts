import type {
  Endpoint,
  Fence,
  Report,
  ReportOutcome,
  ServerId,
  SessionList,
  SessionName,
  SessionStore,
} from '@rollcall/domain';
import { localId } from '../builders/ids';
import { aReport, listed, type ReportTraits } from '../builders/reports';

/** A host whose agent reports in order: remembers what it said last, and counts boots and sequences. */
export class SimulatedHost {
  private last: Report;

  constructor(
    private readonly store: SessionStore,
    server: ServerId,
    endpoint: Partial<Endpoint>,
  ) {
    this.last = aReport({ server, endpoint, sequence: 0, sessions: [] });
  }

  get server(): ServerId {
    return this.last.server;
  }

  get endpoint(): Endpoint {
    return this.last.endpoint;
  }

  get fence(): Fence {
    return { boot: this.last.boot, sequence: this.last.sequence };
  }

  get lastReport(): Report {
    return this.last;
  }

  /** The public id of a session of this host. */
  has(session: string): string {
    return `${this.server}~${session}`;
  }

  /** A session of this host, named beyond doubt. */
  name(session: string): SessionName {
    return { server: this.server, session: localId(session) };
  }

  /** Where a lookup for a session of this host has to lead. */
  destinationOf(session: string) {
    return { server: this.server, session: localId(session), endpoint: this.endpoint };
  }

  /** The next report, with what has changed; it has to be applied. */
  async reports(changes: Omit<ReportTraits, 'server'> = {}): Promise<void> {
    const outcome = await this.store.report(this.next(changes));
    if (outcome.kind !== 'applied')
      throw new Error(`a report of ${this.server} is ${outcome.kind}`);
  }

  /** The next report, with exactly these sessions. */
  async lists(...sessions: readonly string[]): Promise<void> {
    await this.reports({ sessions });
  }

  /** The next report, unchanged. */
  async beats(): Promise<void> {
    await this.reports();
  }

  /** Starts a new boot: the next report is its first. */
  reboots(): void {
    this.last = { ...this.last, boot: this.last.boot + 1, sequence: 0 };
  }

  /** Leaves the roll at its own wish. */
  async withdraws(): Promise<ReportOutcome> {
    return this.store.withdraw(this.server, this.nextFence());
  }

  private next({ endpoint, sessions, ...rest }: Omit<ReportTraits, 'server'>): Report {
    this.last = aReport({
      ...this.last,
      ...this.nextFence(),
      sessions: sessions ?? unchanged(this.last.sessions),
      endpoint: { ...this.last.endpoint, ...endpoint },
      ...rest,
    });
    return this.last;
  }

  private nextFence(): Fence {
    this.last = { ...this.last, sequence: this.last.sequence + 1 };
    return this.fence;
  }
}

/** The list as the next report repeats it: what was reopened is so once. */
function unchanged(sessions: SessionList): SessionList {
  return sessions.kind === 'listed' ? listed(...sessions.ids) : sessions;
}
