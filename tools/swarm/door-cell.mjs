import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** What cannot be done with the doors; the sentence says what helps. */
export class DoorError extends Error {}

/** So many connections the kernel completes for a frozen door, and one more; what comes then gets no answer. */
const FROZEN_BACKLOG = 3;
const OPEN_BACKLOG = 511;
const FILLERS_AT_ONCE = 100;
const FILLER_TIMEOUT_MS = 500;
const THAWED = 0;

/**
 * A thread with the listening sockets of some hosts, which answers for all of them or for none: frozen, it keeps the
 * sockets but looks at none, so that a full queue lets the kernel drop what comes.
 */
export class DoorCell {
  #flag = new SharedArrayBuffer(4);
  #worker;
  #pending = new Map();
  #requests = 0;
  #canFreeze;
  isFrozen = false;
  hosts = new Set();

  constructor({ canFreeze }) {
    this.#canFreeze = canFreeze;
    this.#worker = new Worker(new URL('./door-thread.mjs', import.meta.url), {
      workerData: { flag: this.#flag, backlog: canFreeze ? FROZEN_BACKLOG : OPEN_BACKLOG },
    });
    this.#worker.unref();
    this.#worker.on('message', ({ id, ...answer }) => {
      this.#pending.get(id)?.(answer);
      this.#pending.delete(id);
    });
  }

  get canFreeze() {
    return this.#canFreeze;
  }

  async listen(hosts) {
    for (const host of hosts) this.hosts.add(host);
    await this.#ask('listen', hosts);
  }

  async close(hosts) {
    for (const host of hosts) this.hosts.delete(host);
    await this.#ask('close', hosts);
  }

  async freeze() {
    await this.#ask('freeze', []);
    this.isFrozen = true;
    await fill([...this.hosts]);
  }

  thaw() {
    this.isFrozen = false;
    const flag = new Int32Array(this.#flag);
    Atomics.store(flag, 0, THAWED);
    Atomics.notify(flag, 0);
  }

  async end() {
    await this.#worker.terminate();
  }

  async #ask(verb, hosts) {
    const id = ++this.#requests;
    const addresses = hosts.map(({ address }) => ({ host: address.host, port: address.httpPort }));
    const { problem, code } = await new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#worker.postMessage({ id, verb, addresses });
    });
    if (problem !== undefined) throw doorError(problem, code, this.hosts.size);
  }
}

const CURES = {
  EMFILE: (count) =>
    `${count} hosts need as many open files: raise the limit (ulimit -n), or use --doors one`,
  EADDRNOTAVAIL: () =>
    'it is no address of this system; where not all of 127.0.0.0/8 is, use --address 127.0.0.1',
  EADDRINUSE: () => 'the port is taken: choose another with --port',
};

function doorError(problem, code, count) {
  const cure = CURES[code]?.(count);
  return new DoorError(`no listener for a host: ${problem}${cure ? ` (${cure})` : ''}`);
}

/** Fills the queues of frozen doors. */
async function fill(hosts) {
  const rest = hosts.flatMap((host) => Array(FROZEN_BACKLOG + 1).fill(host));
  const work = Array.from({ length: FILLERS_AT_ONCE }, async () => {
    for (let host = rest.pop(); host; host = rest.pop()) await touch(host.address);
  });
  await Promise.all(work);
}

async function touch({ host, httpPort }) {
  const socket = connect({ host, port: httpPort, timeout: FILLER_TIMEOUT_MS });
  socket.on('timeout', () => socket.destroy());
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  socket.destroy();
}
