/** Choices that come out the same for the same seed: a generator of numbers in [0, 1) and what is made of them. */
export class SeededRandom {
  #state;

  constructor(seed) {
    this.#state = hashOf(String(seed));
  }

  /** Mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A number between two. */
  between(low, high) {
    return low + this.next() * (high - low);
  }

  pick(items) {
    return items[Math.floor(this.next() * items.length)];
  }

  shuffled(items) {
    const rest = [...items];
    return items.map(() => rest.splice(Math.floor(this.next() * rest.length), 1)[0]);
  }
}

function hashOf(text) {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16_777_619);
  return hash;
}
