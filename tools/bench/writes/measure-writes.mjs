import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuTimeUs } from '../site/cpu-time.mjs';
import { nodeOfLine } from '../site/node-versions.mjs';
import { pin } from '../site/processors.mjs';

const WRITER = fileURLToPath(new URL('./writer.mjs', import.meta.url));
const WAYS = ['report', 'pipeline', 'gathered'];
/** Of one turn: some seconds, of which CPU times are known to a hundredth. */
const WRITES = 80_000;
const QUICK_WRITES = 20_000;
/** A roll settles in less, and a turn takes a tenth of it. */
const TURN_TIMEOUT_MS = 60_000;

/**
 * What it costs to say that a server lives with the four sessions it had: as the product's report, fenced and with
 * ownership checked, and as the five commands of somebody who checks nothing: with a client as it is, and with the product's
 * own way to save system calls. Resolves to `[{ way, node, rounds }]`, a
 * round being `{ nodeUs, redisUs }` per write.
 */
export async function measureWrites({ nodes, rounds, quick, site, processors, progress, signal }) {
  const writers = [];
  try {
    for (const node of nodes)
      for (const way of WAYS)
        writers.push(await Writer.start({ way, node, site, processors, signal }));
    for (let round = 0; round < rounds; round++) {
      signal.throwIfAborted();
      await progress.step(`reports ${round + 1}/${rounds}`, async () => {
        for (const writer of writers) await writer.turn(quick ? QUICK_WRITES : WRITES);
        return { told: `${writers.length} measurements` };
      });
    }
  } finally {
    for (const { child } of writers) child.kill('SIGKILL');
  }
  return writers.map(({ way, node, rounds: measured }) => ({ way, node, rounds: measured }));
}

/** A process that writes when it is told to. */
class Writer {
  rounds = [];

  static async start({ way, node, site, processors, signal }) {
    const child = fork(WRITER, [way, `bench-${way}-${node}`], {
      execPath: await nodeOfLine(node),
      execArgv: [],
      env: { ...process.env, ...site.settings },
    });
    pin(child.pid, processors.server);
    const writer = new Writer({ way, node, child, redisPid: site.redis.pid, signal });
    // What comes first is new to the store, and code is compiled.
    await writer.turn(QUICK_WRITES);
    writer.rounds = [];
    return writer;
  }

  constructor(traits) {
    Object.assign(this, traits);
  }

  async turn(writes) {
    const redisBeforeUs = cpuTimeUs(this.redisPid);
    this.child.send({ writes });
    const said = await this.#answer();
    if (said?.nodeUs === undefined)
      throw new Error(`the writer of ${this.way}s on Node ${this.node} ended: ${said}`);
    const redisUs = cpuTimeUs(this.redisPid) - redisBeforeUs;
    this.rounds.push({ nodeUs: said.nodeUs / writes, redisUs: redisUs / writes });
  }

  /** What it says, or its exit code. */
  async #answer() {
    const over = new AbortController();
    const timeout = AbortSignal.timeout(TURN_TIMEOUT_MS);
    const options = { signal: AbortSignal.any([this.signal, timeout, over.signal]) };
    try {
      const events = ['message', 'exit'].map((event) => once(this.child, event, options));
      const [said] = await Promise.race(events);
      return said;
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new Error(`the writer of ${this.way}s on Node ${this.node} took too long`, {
        cause: error,
      });
    } finally {
      over.abort();
    }
  }
}
