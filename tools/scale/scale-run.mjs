import { setTimeout as delay } from 'node:timers/promises';
import { answersIn } from '../faults/history/queries.mjs';
import { SeededRandom } from '../faults/seeded-random.mjs';
import { BARS, verdictOnBar } from './bars.mjs';
import { areAnswered } from './measure/latency-figures.mjs';
import { countsText } from './report/report-text.mjs';
import { seriesOf, stagePictures } from './report/stage-pictures.mjs';
import { summaryText } from './report/summary-text.mjs';
import { Stage } from './stage.mjs';

const SECOND_MS = 1_000;
/** Where nothing can be drawn over, a line once in a while has to do. */
const SAY_EVERY_SECONDS = 15;

/** One scenario under way: what it is made with, and what has been found so far. */
export class ScaleRun {
  /** `{ bar, value, size, of, verdict }`, in the order in which they were measured. */
  figures = [];
  /** `{ title, columns, rows }`; the first column names the row. */
  tables = [];
  notes = [];
  /** `{ name, title, svg }`. */
  pictures = [];
  /** `{ name, moments, loads, latency }` of each stage, over time. */
  series = [];
  #progress;
  #open = new Set();

  constructor({ scenario, options, seed, progress, signal }) {
    Object.assign(this, { scenario, options, seed });
    this.random = new SeededRandom(`${scenario} ${seed}`);
    /** Aborted when the run is to end. */
    this.signal = signal;
    this.#progress = progress;
  }

  /**
   * Opens a stage, has something done on it, and closes it, however that ends; `name` tells its pictures apart, `roll` and
   * the rest are as `Stage` has them.
   */
  async staged(name, { roll, ...options }, work) {
    this.signal.throwIfAborted();
    const stage = new Stage({ signal: this.signal, random: this.random, roll });
    const closing = { close: () => (closing.closed ??= this.#close(name, stage)) };
    this.#open.add(closing);
    try {
      await this.step('starting', stage, async () => {
        await stage.open(options);
        return { told: `${stage.processes.map((one) => one.name).join(', ')}` };
      });
      return await work(stage);
    } finally {
      this.#open.delete(closing);
      await closing.close();
    }
  }

  /**
   * One step, told on the terminal: while it lasts what the stage shows, or what the work tells. Resolves to what the work
   * does, `told` of which is told of it.
   */
  step(title, stage, work) {
    return this.#progress.step(title, async (tell) => {
      let text = '';
      let seconds = 0;
      const show = (now) => {
        text = now;
        tell(now);
      };
      const timer = setInterval(() => {
        if (stage) show(summaryText(stage.recent()));
        seconds += 1;
        if (!this.#progress.live && text && seconds % SAY_EVERY_SECONDS === 0)
          this.#progress.say(`  ${text}`);
      }, SECOND_MS);
      try {
        return await work(show);
      } finally {
        clearInterval(timer);
      }
    });
  }

  /** Holds a figure against a bar; `size` is what it was measured of, `of` says so in words. */
  figure(bar, value, size, of = '') {
    const verdict = verdictOnBar(bar, value, size);
    this.figures.push({
      bar,
      value,
      size,
      of,
      verdict,
      unit: BARS[bar].unit,
      most: BARS[bar].most,
    });
  }

  /** What has to be so for figures to say anything; a run without it has none. */
  premise(isSo, otherwise) {
    if (!isSo) throw new Error(`Nothing can be said of this run: ${otherwise}`);
  }

  /** Some sessions have to be found, and every lookup answered with one of these statuses: errors are fast. */
  premiseAnswered(lookups, ...statuses) {
    this.premise(
      areAnswered(lookups, ...statuses),
      `lookups were answered with ${countsText(answersIn(lookups)) || 'nothing'}`,
    );
  }

  table(title, columns, rows) {
    this.tables.push({ title, columns, rows });
  }

  note(sentence) {
    this.notes.push(sentence);
  }

  picture(name, title, svg) {
    this.pictures.push({ name, title, svg });
  }

  /** Lets time pass; rejects when the run is stopped. */
  pass(ms) {
    return delay(ms, undefined, { signal: this.signal });
  }

  /** Ends whatever runs. */
  async close() {
    await Promise.all([...this.#open].map((stage) => stage.close()));
  }

  /** What was seen is kept, however far it got. */
  async #close(name, stage) {
    try {
      const series = seriesOf(stage);
      this.series.push({ name, ...series });
      this.pictures.push(...stagePictures(name, series));
    } finally {
      await stage.close();
    }
  }
}
