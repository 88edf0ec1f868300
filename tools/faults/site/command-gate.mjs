const NEWLINE = '\r\n';

/** One connection to Redis, command by command: from the one that `keeps` chooses on, all that a client says is kept back. */
export class CommandGate {
  #rest = Buffer.alloc(0);
  #kept = [];
  #keeps;

  constructor(keeps) {
    this.#keeps = keeps;
  }

  /** What may pass of what the client has just said. */
  pass(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const passing = [];
    for (let length; (length = lengthOfCommand(this.#rest)) > 0;) {
      const command = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      const isKept = this.#kept.length > 0 || this.#keeps(command);
      (isKept ? this.#kept : passing).push(command);
    }
    return Buffer.concat(passing);
  }

  /** What was kept back, which may pass now: one command each. */
  release() {
    return this.#kept.splice(0);
  }
}

/** Length of the command that some bytes begin with; 0 as long as it is not complete. */
export function lengthOfCommand(bytes) {
  const head = numberAt(bytes, 0);
  if (head === undefined) return 0;
  let { value: parts, end } = head;
  for (; parts > 0; parts -= 1) {
    const part = numberAt(bytes, end);
    if (part === undefined) return 0;
    end = part.end + part.value + NEWLINE.length;
  }
  return end <= bytes.length ? end : 0;
}

/** The number of a line such as `*3` or `$12`, and where the next one begins. */
function numberAt(bytes, start) {
  const end = bytes.indexOf(NEWLINE, start);
  if (end < 0) return undefined;
  return {
    value: Number(bytes.toString('latin1', start + 1, end)),
    end: end + NEWLINE.length,
  };
}
