import type {
  Endpoint,
  LapsedServer,
  LocalId,
  Report,
  ServerId,
  SessionList,
} from '@rollcall/domain';
import { aReport } from '../builders/reports';
import type { SeededRandom } from './seeded-random';

const HISTORY_MAX = 200;

/** Makes up what servers report next, and remembers what was accepted. */
export class RandomReports {
  private readonly newest = new Map<ServerId, Report>();
  private history: Report[] = [];

  constructor(
    private readonly random: SeededRandom,
    private readonly locals: readonly LocalId[],
  ) {}

  accepted(report: Report): void {
    this.newest.set(report.server, report);
    this.history = [...this.history, report].slice(-HISTORY_MAX);
  }

  withdrawn(report: Report): void {
    this.newest.set(report.server, report);
  }

  /** One that was accepted some time ago, if there is any. */
  earlier(): Report | undefined {
    return this.history.length > 0 ? this.random.pick(this.history) : undefined;
  }

  /** The next one, unchanged. */
  following(server: ServerId): Report {
    const last = this.newest.get(server) ?? this.changed(server);
    return { ...last, sequence: last.sequence + 1, sessions: withoutReopened(last.sessions) };
  }

  ofNextBoot(server: ServerId): Report {
    const last = this.following(server);
    return { ...last, boot: last.boot + 1, sequence: 1 };
  }

  /** The next one, whose only news is that sessions were reopened. */
  reopening(server: ServerId): Report {
    const next = this.following(server);
    return { ...next, sessions: this.someReopened(next.sessions) };
  }

  /** The next one, with another list and sometimes more that is new. */
  changed(server: ServerId): Report {
    const { random } = this;
    const last = this.newest.get(server) ?? this.first(server);
    const { zone } = last;
    return {
      ...last,
      sequence: last.sequence + 1 + random.below(2),
      endpoint: this.someEndpoint(last),
      zone: random.chance(0.1) ? random.pick(['', 'a', 'b']) : zone,
      healthy: !random.chance(0.1),
      leaving: random.chance(0.1),
      sessions: this.someList(),
    };
  }

  /** What a sweep would say of the server if it were lapsed now. */
  asSeen(server: ServerId): LapsedServer {
    const { boot, sequence } = this.newest.get(server) ?? { boot: 1, sequence: 1 };
    return { server, fence: { boot, sequence }, sessions: [] };
  }

  private first(server: ServerId): Report {
    const host = `host-of-${server}.example`;
    return aReport({ server, sequence: 0, sessions: [], endpoint: { host } });
  }

  /** Mostly the same one, sometimes another, now and then another server's. */
  private someEndpoint({ endpoint }: Report): Endpoint {
    const { random } = this;
    if (random.chance(0.05)) return random.pick([...this.newest.values(), { endpoint }]).endpoint;
    return random.chance(0.3) ? { ...endpoint, httpPort: 1024 + random.below(60_000) } : endpoint;
  }

  private someList(): SessionList {
    if (this.random.chance(0.06)) return { kind: 'unknown' };
    if (this.random.chance(0.06)) return { kind: 'withheld' };
    const probability = this.random.pick([0.2, 0.4, 0.8]);
    const list = { kind: 'listed', ids: this.random.subset(this.locals, probability) } as const;
    return this.random.chance(0.2) ? this.someReopened(list) : list;
  }

  private someReopened(list: SessionList): SessionList {
    if (list.kind !== 'listed') return list;
    return { ...list, reopened: this.random.subset(list.ids) };
  }
}

function withoutReopened(list: SessionList): SessionList {
  return list.kind === 'listed' ? { kind: 'listed', ids: list.ids } : list;
}
