import { describeMachine } from '../scale/measure/machine.mjs';
import { Servers } from './servers.mjs';
import { orderOf } from './order.mjs';
import { Site } from './site/site.mjs';
import { runWrk } from './load/run-wrk.mjs';
import { measureWrites } from './writes/measure-writes.mjs';

const HIT = '/resolveSession?sessionId=@&transport=HTTP&clientIpAddress=10.99.0.7';

/** What is asked for; the first is compared with the peers, the others tell what else a resolver is asked. */
const QUESTIONS = {
  hit: { path: HIT, isRefused: false },
  miss: { path: HIT.replace('@', 'gone.@'), isRefused: true },
  refused: { path: HIT.replace('HTTP', 'TCP'), isRefused: true },
};

/** At which connections the product is also asked what it does not know, and what it refuses. */
const OTHER_QUESTIONS_AT = 64;

/** Before each measurement: connections are opened, code is compiled. */
const WARM_UP_SECONDS = 1;

/**
 * Measures the variants, round by round, each round in another order. Resolves to `{ machine, lookups, writes, failure, … }`:
 * of `lookups` each is `{ variant, node, question, connections, rounds }`, a round being `{ cpuUs, perSecond, p50Us,
 * p99Us, commands, busyPercent, lostPercent }`: per request, but for the last two, the share of its processor that the
 * server used, and that of the requests to which it gave no answer. `failure` says why there is not more.
 */
export async function runBench(options) {
  const { progress, processors, signal } = options;
  const { site } = await progress.step('sessions', async () => {
    const made = await Site.start(processors);
    return { site: made, told: '100,000 in Redis' };
  });
  const servers = new Servers(site, processors);
  try {
    await servers.start(options, progress);
    const { lookups, failure } = await lookupsOf({ ...options, servers, site });
    await servers.stop();
    const reports = failure ? { writes: [], failure } : await writesOf({ ...options, site });
    return { ...described(options), lookups, ...reports };
  } finally {
    await servers.stop();
    await site.stop();
    signal.throwIfAborted();
  }
}

/** What was measured of lookups is worth a report, whatever becomes of the reports. */
async function writesOf(options) {
  if (!options.reports) return { writes: [] };
  try {
    return { writes: await measureWrites(options) };
  } catch (error) {
    options.signal.throwIfAborted();
    options.progress.close();
    return { writes: [], failure: error.message };
  }
}

/** Of as many rounds as got to their end. */
async function lookupsOf(options) {
  const cells = cellsOf(options);
  try {
    await measureLookups(cells, options);
    return { lookups: cells.map(measured) };
  } catch (error) {
    options.signal.throwIfAborted();
    const whole = Math.min(...cells.map(({ rounds }) => rounds.length));
    if (whole === 0) throw error;
    options.progress.close();
    const lookups = cells.map((cell) => measured({ ...cell, rounds: cell.rounds.slice(0, whole) }));
    return { lookups, failure: error.message };
  }
}

const measured = ({ server: { variant, node }, question, connections, rounds }) => ({
  variant: variant.name,
  ...{ node, question, connections, rounds },
});

async function measureLookups(cells, options) {
  for (let round = 0; round < options.rounds; round++) {
    const title = `round ${round + 1}/${options.rounds}`;
    await options.progress.step(title, async (tell) => {
      for (const [index, cell] of orderOf(cells, round).entries()) {
        tell(
          `${index + 1} of ${cells.length}: ${cell.server.name}, ${cell.question}, ${cell.connections}`,
        );
        cell.rounds.push(
          await measure(cell, options).catch((error) => {
            throw new Error(`${cell.server.name}, ${cell.question}: ${error.message}`, {
              cause: error,
            });
          }),
        );
      }
      return { told: `${cells.length} measurements` };
    });
  }
}

function cellsOf({ servers, connections }) {
  const cell = (server, question, count) => ({ server, question, connections: count, rounds: [] });
  return servers.all.flatMap((server) => [
    ...connections.map((count) => cell(server, 'hit', count)),
    ...(server.variant.name === 'rollcall'
      ? ['miss', 'refused'].map((question) => cell(server, question, OTHER_QUESTIONS_AT))
      : []),
  ]);
}

async function measure({ server, question, connections }, { site, processors, seconds, signal }) {
  const { path, isRefused } = QUESTIONS[question];
  const ask = (duration) =>
    runWrk({
      ...{ port: server.process.port, connections, seconds: duration, path, signal },
      ...{ idsFile: site.idsFile, processor: processors.load },
    });
  await ask(WARM_UP_SECONDS);
  const [commandsBefore, cpuBeforeUs] = [await site.commandsDone(), server.process.cpuTimeUs()];
  const { requests, durationUs, refused, lost, p50Us, p99Us } = await ask(seconds);
  const cpuUs = server.process.cpuTimeUs() - cpuBeforeUs;
  const commands = (await site.commandsDone()) - commandsBefore;
  if (refused !== (isRefused ? requests : 0))
    throw new Error(`of ${requests} requests ${refused} were refused`);
  return {
    cpuUs: cpuUs / requests,
    perSecond: requests / (durationUs / 1e6),
    p50Us,
    p99Us,
    commands: commands / requests,
    busyPercent: (100 * cpuUs) / durationUs,
    lostPercent: (100 * lost) / (requests + lost),
  };
}

function described({ rounds, seconds, quick, processors }) {
  const machine = describeMachine(process.env.TEST_REDIS_BIN);
  return {
    at: new Date().toISOString(),
    machine,
    rounds,
    seconds,
    quick,
    processors,
  };
}
