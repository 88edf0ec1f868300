const KINDS_MAX = 50;

/** Leaves and conflicts are told by the figures. */
const TOLD_OTHERWISE = 'Agent';

/** Nest's logger for thousands of agents at once: keeps what they warn of, each sentence once, and how often it was said. */
export class Voices {
  #counts = new Map();

  log() {}
  debug() {}
  verbose() {}

  warn(sentence, ...rest) {
    this.#note(sentence, rest);
  }

  error(sentence, ...rest) {
    this.#note(sentence, rest);
  }

  fatal(sentence, ...rest) {
    this.#note(sentence, rest);
  }

  /** What was said so far: `[sentence, how often]`. */
  get said() {
    return [...this.#counts];
  }

  #note(sentence, rest) {
    if (rest.at(-1) === TOLD_OTHERWISE) return;
    const error = rest.find((part) => part instanceof Error);
    const key = error ? `${sentence}: ${error.message}` : String(sentence);
    const isKnown = this.#counts.has(key);
    if (isKnown || this.#counts.size < KINDS_MAX) {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }
}
