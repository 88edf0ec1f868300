import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuTimeUs } from '../site/cpu-time.mjs';
import { nodeOfLine } from '../site/node-versions.mjs';
import { pin } from '../site/processors.mjs';

const WRITER = fileURLToPath(new URL('./writer.mjs', import.meta.url));
const WAYS = ['report', 'pipeline'];
/** Of one turn: a second of it or two. */
const WRITES = 40_000;
const QUICK_WRITES = 10_000;

/**
 * What it costs to say that a server lives with the four sessions it had: as the product's report, fenced and with
 * ownership checked, and as the five commands of somebody who checks nothing. Resolves to `[{ way, node, rounds }]`, a
 * round being `{ nodeUs, redisUs }` per write.
 */
export async function measureWrites({ nodes, rounds, quick, site, processors, progress, signal }) {
  const writers = [];
  try {
    for (const node of nodes)
      for (const way of WAYS) writers.push(await Writer.start({ way, node, site, processors }));
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

  static async start({ way, node, site, processors }) {
    const child = fork(WRITER, [way], {
      execPath: await nodeOfLine(node),
      execArgv: [],
      env: { ...process.env, ...site.settings },
    });
    pin(child.pid, processors.server);
    const writer = new Writer(way, node, child, site.redis.pid);
    // What comes first is new to the store, and code is compiled.
    await writer.turn(QUICK_WRITES);
    writer.rounds = [];
    return writer;
  }

  constructor(way, node, child, redisPid) {
    Object.assign(this, { way, node, child, redisPid });
  }

  async turn(writes) {
    const redisBeforeUs = cpuTimeUs(this.redisPid);
    this.child.send({ writes });
    const [said] = await Promise.race([once(this.child, 'message'), once(this.child, 'exit')]);
    if (said?.nodeUs === undefined) throw new Error(`the writer of ${this.way}s ended: ${said}`);
    const redisUs = cpuTimeUs(this.redisPid) - redisBeforeUs;
    this.rounds.push({ nodeUs: said.nodeUs / writes, redisUs: redisUs / writes });
  }
}
