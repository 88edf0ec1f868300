const TICK_MS = 100;
const TITLE_WIDTH = 13;
const COLUMNS = 80;

/** Tells what is being done: in a terminal a line that counts, elsewhere a line when it is done. */
export class Progress {
  #out;
  #line;
  #ticker;
  #closed = false;

  constructor(out) {
    this.#out = out;
    this.live = out.isTTY === true && process.env.TERM !== 'dumb';
  }

  /**
   * Runs one step and resolves to its result, whose `told` is what is told of it; `expect` is told before.
   * The work gets a function that changes what a terminal tells meanwhile. After `close`, no step ends.
   */
  async step(title, work, expect = '') {
    const startedAt = performance.now();
    this.#begin(title, expect, startedAt);
    const result = await work((text) => (this.#line = { ...this.#line, text }));
    if (this.#closed) return new Promise(() => undefined);
    this.#end();
    this.say(
      `${this.live ? '✓ ' : ''}${label(title)}${result.told} (${secondsSince(startedAt)} s)`,
    );
    return result;
  }

  say(text) {
    this.#out.write(`${text}\n`);
  }

  /** Ends the line that counts, if one does, so that other text may follow; steps tell nothing any more. */
  close() {
    this.#closed = true;
    this.#end();
  }

  #begin(title, text, startedAt) {
    if (!this.live) {
      if (text) this.say(`${label(title)}${text} …`);
      return;
    }
    this.#line = { title, text, startedAt };
    this.#tick();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    const { title, text, startedAt } = this.#line;
    const line = `· ${label(title)}${text ? `${text} ` : ''}… ${Math.floor((performance.now() - startedAt) / 1000)} s`;
    this.#out.write(`\r${line.slice(0, (this.#out.columns ?? COLUMNS) - 1)}\x1b[K`);
  }

  #end() {
    if (!this.#ticker) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#out.write('\r\x1b[K');
  }
}

/** How long ago a moment of `performance.now` was. */
export function secondsSince(startedAt) {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

function label(title) {
  return title.padEnd(TITLE_WIDTH);
}
