/** A probe's word is good for a period and a lookup on the way; the bar of a host that dies while it is held. */
const HOLD_SLACK_MS = 3_000;
const NOT_APPLIED = new Set(['superseded', 'outdated']);

/**
 * What one server may have been at a moment, as far as its reports tell. A report was applied at some moment between its
 * start and its end if it was acknowledged; if it was not, at any moment after its start, or never.
 */
export class ServerPast {
  #reports;
  #ports;

  constructor(server, past, { reports, listed, hosts }) {
    this.server = server;
    this.past = past;
    this.listed = listed;
    this.#ports = new Set([...hosts, ...reports].map(({ port }) => port));
    this.#reports = [...reports, ...this.#perhapsUnlogged(reports)]
      .filter(({ outcome }) => !NOT_APPLIED.has(outcome))
      .map((report) => this.#arranged(report))
      .sort((one, other) => compareFences(one, other));
  }

  get ports() {
    return [...this.#ports];
  }

  get reports() {
    return this.#reports;
  }

  /** The reports of which one was the newest that the store had during a span; and whether it may have had none. */
  during(start, end) {
    let newest;
    for (const report of this.#reports)
      if (report.acknowledged && report.end <= start) newest = report;
    const gone = newest && this.#lossOf(newest, start, end);
    const possible = this.#reports.filter(
      (report) =>
        report === newest ||
        (report.start <= end && (!newest || compareFences(newest, report) < 0)),
    );
    const certainlyGone =
      gone === 'certainly' ? possible.filter((one) => one !== newest) : possible;
    const acknowledged = gone === undefined ? newest : undefined;
    return { possible: certainlyGone, newest: acknowledged, perhapsNone: !acknowledged };
  }

  /** Whether a session was believed throughout a span: listed by whatever the store can have had, under a running lease. */
  isCertainlyListed(session, start, end) {
    const { possible, newest } = this.during(start, end);
    if (!newest) return false;
    const until = Math.min(
      newest.start + newest.lease,
      ...possible.filter(({ leaving }) => leaving).map((report) => report.start + report.lease),
    );
    return until > end && possible.every(({ sessions }) => sessions?.has(session));
  }

  /**
   * Whether a session was listed last by an agent that lives on and could not report: the store was in trouble when its
   * next report was due, and every agent has its chance until the roll is settled again.
   */
  isListedByTheLiving(session, start, end) {
    const { possible, newest } = this.during(start, end);
    if (!newest || !possible.every(({ sessions }) => sessions?.has(session))) return false;
    const { interval, settleAfter } = this.past.profile;
    const dueBy = newest.end + 1.1 * interval;
    const kept = this.past.troubles.some(
      (trouble) =>
        trouble.resolver === undefined &&
        trouble.start <= dueBy &&
        trouble.end >= newest.end &&
        end < trouble.end + settleAfter,
    );
    return kept && this.#livesThroughout(newest.start, end);
  }

  #livesThroughout(from, to) {
    const own = [...this.past.effects('agent'), ...this.past.effects('host')].filter(
      ({ effect, at }) => effect.server === this.server && at[0] <= to,
    );
    const last = own.sort((one, other) => one.at[0] - other.at[0]).at(-1);
    return !last || (last.effect.state === 'up' && last.at[1] <= from);
  }

  /** Whether no report that the store can have had during a span lists a session. */
  isCertainlyNotListed(session, start, end) {
    const { possible, newest } = this.during(start, end);
    return Boolean(newest) && possible.every(({ sessions }) => sessions && !sessions.has(session));
  }

  /** Reports that may have put a session where a lookup in this span found it. */
  possibleSources(session, start, end) {
    return this.during(start, end).possible.filter(
      ({ sessions }) => !sessions || sessions.has(session),
    );
  }

  /** When a lease that lists the session must have ended, unless it was extended. */
  lapsedFrom(session, start, end) {
    return Math.max(
      -Infinity,
      ...this.possibleSources(session, start, end).map((report) => report.latest + report.lease),
    );
  }

  /** Whether a session may have been believed during a span, extended leases included. */
  mayBeBelieved(session, start, end) {
    if (this.possibleSources(session, start, end).length === 0) return false;
    return this.lapsedFrom(session, start, end) >= start || this.mayBeExtended(start, end);
  }

  /** Whether it may have claimed a session at any moment of a span. */
  mayHaveClaimed(session, start, end) {
    const sources = this.#reports.filter(
      (report) => report.start <= end && (!report.sessions || report.sessions.has(session)),
    );
    return sources.some((report) => this.#mayHaveStood(report, start, end));
  }

  /** Whether a report may have been the newest, under a lease that may still have run, at any moment of a span. */
  #mayHaveStood(report, start, end) {
    const followed = this.#reports.find(
      (other) => other.acknowledged && compareFences(report, other) < 0,
    );
    const until = Math.min(followed?.end ?? Infinity, end);
    if (until < start) return false;
    return report.latest + report.lease >= start || this.mayBeExtended(start, until);
  }

  /** Whether it may have been late. */
  mayBeLate(start, end) {
    const { newest } = this.during(start, end);
    return !newest || end >= newest.start + this.past.profile.lateAfter;
  }

  /** Whether a lease of it may have been extended, or its last known answer given. */
  mayBeExtended(start, end) {
    const { past } = this;
    return (
      this.mayBeHeld(start) || past.mayBeProtected(start, end) || past.mayBeUnsettled(start, end)
    );
  }

  /** Whether a good probe may still have its effect. */
  mayBeHeld(start) {
    const { reconcilers, profile } = this.past.run;
    if (!reconcilers) return false;
    const openUntil = this.#portWasOpenUntil(start);
    return openUntil + profile.probePeriod + HOLD_SLACK_MS >= start;
  }

  /** The last moment up to this one at which its DCV port can have answered. */
  #portWasOpenUntil(moment) {
    let open = true;
    let until = moment;
    for (const { at, effect } of this.#portChanges()) {
      if (at[0] > moment) break;
      if (effect.state === 'open' || effect.state === 'up') open = true;
      else if (open) [open, until] = [false, at[1]];
    }
    return open ? moment : until;
  }

  #portChanges() {
    const own = ({ effect }) => effect.server === this.server;
    return [...this.past.effects('port'), ...this.past.effects('host')]
      .filter(own)
      .sort((one, other) => one.at[0] - other.at[0]);
  }

  #arranged(report) {
    const { profile } = this.past;
    const { sessions, outcome, leaving } = report;
    const known = Array.isArray(sessions) && outcome !== 'refused' ? new Set(sessions) : undefined;
    // A full store may refuse what is new, and still extend the lease of what it has: its list is then unclear.
    const none = sessions === 'withdrawn' || sessions === 'withheld' ? new Set() : known;
    const acknowledged = outcome === 'applied' && !this.#wasLost(report);
    return {
      ...report,
      acknowledged,
      sessions: none,
      lease: leaving ? profile.leavingLease : profile.lease,
      /** The last moment at which it can have been applied. */
      latest: acknowledged ? report.end : this.#latestOf(report),
    };
  }

  /** A command that was sent stays in a store that hangs until that goes on. */
  #latestOf({ start, end }) {
    const hung = this.past.troubles.filter(
      (trouble) => trouble.start <= end && trouble.usedFrom >= start,
    );
    return Math.max(end, ...hung.map(({ usedFrom }) => usedFrom));
  }

  /** Acknowledged by a master that was not followed: the step says from when to when, and whose if not everybody’s. */
  #wasLost({ end }) {
    return this.past
      .effects('lost-writes')
      .filter(({ effect: { server = this.server } }) => server === this.server)
      .some(({ effect }) => end >= effect.from && end <= effect.to);
  }

  /** An agent that was killed may have sent one more report, which nobody has logged. */
  #perhapsUnlogged(reports) {
    const ends = [...this.past.effects('agent'), ...this.past.effects('host')].filter(
      ({ effect }) => effect.server === this.server && ['killed', 'dead'].includes(effect.state),
    );
    return ends.flatMap(({ at }) => {
      const last = reports.filter(({ start }) => start <= at[1]).at(-1);
      if (!last) return [];
      const sessions = this.#wasRelisted(last.start, at[1]) ? 'unclear' : last.sessions;
      const sequence = last.sequence + 0.5;
      return [{ ...last, sessions, sequence, outcome: 'unlogged', start: last.end, end: at[1] }];
    });
  }

  #wasRelisted(from, to) {
    const slack = this.past.profile.poll + 2_000;
    return this.listed.some(({ at }) => at[1] >= from - slack && at[0] <= to);
  }

  /** Whether the store lost a report that it had acknowledged, by being emptied or at an operator's word. */
  #lossOf(report, start, end) {
    const emptied = this.past.troubles.filter(({ state }) => state === 'emptied');
    const evicted = this.past
      .effects('evicted')
      .filter(({ effect }) => effect.server === this.server)
      .map(({ at: [start, finish] }) => ({ start, end: finish }));
    const later = [...emptied, ...evicted].filter(
      (loss) => loss.end >= report.start && loss.start <= end,
    );
    if (later.length === 0) return undefined;
    return later.some((loss) => loss.start > report.end && loss.end < start)
      ? 'certainly'
      : 'perhaps';
  }
}

export function compareFences(one, other) {
  return one.boot - other.boot || one.sequence - other.sequence;
}
