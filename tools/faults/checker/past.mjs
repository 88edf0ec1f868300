import { ServerPast } from './server-past.mjs';
import { troublesOf } from './troubles.mjs';

/** An event is heard of a little after the answers that it explains. */
const EVENT_DELAY_MS = 500;

/** A history, arranged for questions about a moment. */
export class Past {
  constructor(records) {
    const of = (type) => records.filter((record) => record.type === type);
    [this.run] = of('run');
    this.profile = this.run.profile;
    this.steps = of('step');
    this.events = of('event');
    this.troubles = troublesOf(this.steps, this.profile);
    this.lookups = of('lookup').sort((one, other) => one.start - other.start);
    this.starved = [
      ...of('starved'),
      ...of('lag').map(({ at, ms }) => ({ at, ms, process: 'traffic' })),
    ];
    this.faults = this.steps.filter(({ phase }) => phase === 'fault' || phase === 'heal');
    /** When the last fault had ended. */
    this.healedAt = Math.max(...this.faults.map(({ at: [, end] }) => end));
    const servers = new Set(of('host').map(({ server }) => server));
    const about = (type, server) => of(type).filter((record) => record.server === server);
    this.servers = new Map(
      [...servers].map((server) => [
        server,
        new ServerPast(server, this, {
          reports: about('report', server),
          listed: about('listed', server),
          hosts: about('host', server),
        }),
      ]),
    );
    this.#indexPorts();
  }

  /** Who has ever been reached at a port. */
  serversAt(port) {
    return this.#ports.get(port) ?? [];
  }

  #ports = new Map();

  #indexPorts() {
    for (const past of this.servers.values())
      for (const port of past.ports)
        this.#ports.set(port, [...(this.#ports.get(port) ?? []), past.server]);
  }

  /** Effects of one kind that some step had: `{ at, effect }`. */
  effects(kind) {
    return this.steps.flatMap(({ at, effects = [] }) =>
      effects.filter((effect) => effect.kind === kind).map((effect) => ({ at, effect })),
    );
  }

  /** Whether the roll may not have been settled during a span, for whoever asked. */
  mayBeUnsettled(start, end) {
    return this.troubles.some((trouble) => trouble.start <= end && trouble.settledFrom >= start);
  }

  /** Whether some zone may have been protected during a span, or its last holds not have run out. */
  mayBeProtected(start, end) {
    const { lease, sweep } = this.profile;
    let on = 0;
    let endedAt = -Infinity;
    for (const { at, event } of this.events) {
      if (at > end + EVENT_DELAY_MS) break;
      if (event === 'protection.started') on += 1;
      else if (event === 'protection.ended') [on, endedAt] = [on - 1, at];
    }
    return on > 0 || endedAt + lease + sweep + EVENT_DELAY_MS >= start;
  }

  /** Whether the machine kept a process that has a part in every answer from running, around a lookup. */
  wasStarved({ start, end, resolver }, withinMs = 300) {
    return this.starved.some(
      ({ at, ms, process }) =>
        at > start - withinMs &&
        at - ms < end + 100 &&
        (process === resolver || process === 'traffic' || process.startsWith('redis')),
    );
  }

  /** Whether writers were kept from running for so long that the roll may have lost its settledness. */
  wereWritersStarved({ start }) {
    const { settleAfter, gap } = this.profile;
    const since = start - settleAfter - 1_000;
    const waited = this.starved.filter(({ at }) => at > since && at < start);
    return waited.reduce((sum, { ms }) => sum + ms, 0) > gap / 2;
  }
}
