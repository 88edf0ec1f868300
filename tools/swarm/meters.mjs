import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const SECOND_MS = 1_000;
const OUTCOMES = ['applied', 'unavailable', 'refused', 'outdated', 'superseded'];
const LOOP_RESOLUTION_MS = 10;

/** The most events in any second; a second is the one before an event, so none between two bins is missed. */
export class BusiestSecond {
  #moments = [];
  #first = 0;
  most = 0;

  note(nowMs = performance.now()) {
    this.#moments.push(nowMs);
    while (nowMs - this.#moments[this.#first] >= SECOND_MS) this.#first += 1;
    this.most = Math.max(this.most, this.#moments.length - this.#first);
    if (this.#first < this.#moments.length / 2) return;
    this.#moments = this.#moments.slice(this.#first);
    this.#first = 0;
  }

  /** How many moments it holds. */
  get kept() {
    return this.#moments.length;
  }

  /** Counts from here on; a second that has begun counts with what it had. */
  mark() {
    this.most = 0;
  }
}

/** What the reports of all hosts come to: in the last window, and since the mark. */
export class Meters {
  #busiest = new BusiestSecond();
  #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  #window = new Tally();
  #sinceMark = new Tally();
  #lastWindow = this.#window.figures();
  #timer;

  constructor(windowMs) {
    this.#loop.enable();
    this.#timer = setInterval(() => this.#turn(), windowMs);
  }

  /** A report or a withdrawal leaves a host. */
  written() {
    this.#busiest.note();
    this.#window.written += 1;
    this.#sinceMark.written += 1;
  }

  /** A host has the outcome of a report. */
  reported(outcome, durationMs) {
    this.#window.reported(outcome, durationMs);
    this.#sinceMark.reported(outcome, durationMs);
  }

  mark() {
    this.#sinceMark = new Tally();
    this.#busiest.mark();
  }

  figures() {
    return {
      window: this.#lastWindow,
      sinceMark: { ...this.#sinceMark.figures(), busiestSecond: this.#busiest.most },
      process: {
        rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
        cpuPercent: this.#cpuPercent,
        loopLagMs: this.#lag,
      },
    };
  }

  stop() {
    clearInterval(this.#timer);
    this.#loop.disable();
  }

  #cpu = process.cpuUsage();
  #cpuPercent = 0;
  #lag = { p50: 0, p99: 0, max: 0 };

  #turn() {
    this.#lastWindow = this.#window.figures();
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#cpuPercent = Math.round(
      (user + system) / 1e4 / Math.max(this.#lastWindow.seconds, 0.001),
    );
    this.#window = new Tally();
    // A loop without any delay is seen once a resolution.
    const lag = (value) => rounded(Math.max(0, value / 1e6 - LOOP_RESOLUTION_MS));
    this.#lag = {
      p50: lag(this.#loop.percentile(50)),
      p99: lag(this.#loop.percentile(99)),
      max: lag(this.#loop.max),
    };
    this.#loop.reset();
  }
}

/** Reports over some time. */
class Tally {
  written = 0;
  #startedAtMs = performance.now();
  #outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
  #appliedUs = createHistogram();

  reported(outcome, durationMs) {
    this.#outcomes[outcome] += 1;
    if (outcome === 'applied') this.#appliedUs.record(Math.max(1, Math.round(durationMs * 1_000)));
  }

  figures() {
    const { applied, ...failures } = this.#outcomes;
    const seconds = (performance.now() - this.#startedAtMs) / SECOND_MS;
    const latency = (us) => (applied === 0 ? 0 : rounded(us / 1_000));
    return {
      seconds: rounded(seconds),
      written: this.written,
      perSecond: Math.round(applied / Math.max(seconds, 0.001)),
      applied,
      failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
      failures,
      latencyMs: {
        p50: latency(this.#appliedUs.percentile(50)),
        p99: latency(this.#appliedUs.percentile(99)),
        max: latency(this.#appliedUs.max),
      },
    };
  }
}

function rounded(number) {
  return Math.round(number * 10) / 10;
}
