const [PAUSE_MIN_MS, PAUSE_MAX_MS] = [300, 900];

/** Sessions that come, go and move from host to host, by the seed: the roll is never still while a fault is made. */
export class Churn {
  #random;
  #hosts;
  #timer;

  /** `sessions` are the local ids that it plays with; what the hosts list besides stays. */
  constructor({ random, hosts, sessions }) {
    this.#random = random;
    this.#hosts = [...hosts];
    this.sessions = sessions;
  }

  start() {
    this.#later();
  }

  /** Ends it: nobody lists a visitor any more. */
  stop() {
    clearTimeout(this.#timer);
    const isVisitor = (id) => this.sessions.includes(id);
    for (const host of this.#hosts)
      if (host.listed.some(isVisitor)) host.list(...host.listed.filter((id) => !isVisitor(id)));
  }

  #later() {
    const pauseMs = this.#random.between(PAUSE_MIN_MS, PAUSE_MAX_MS);
    this.#timer = setTimeout(() => {
      this.#turn();
      this.#later();
    }, pauseMs);
  }

  #turn() {
    const session = this.#random.pick(this.sessions);
    const target = this.#random.pick(this.#hosts);
    const holders = this.#hosts.filter(({ listed }) => listed.includes(session));
    for (const holder of holders) holder.close(session);
    // A third of the time it only ends; else it is opened, or moves.
    if (!holders.includes(target) && (holders.length === 0 || this.#random.next() > 1 / 3))
      target.open(session);
  }
}
