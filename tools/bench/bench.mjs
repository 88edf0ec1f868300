import { describeMachine } from '../scale/measure/machine.mjs';
import { Servers } from './servers.mjs';
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
 * Measures the variants, round by round, each round in another order. Resolves to `{ machine, lookups, writes, … }`:
 * of `lookups` each is `{ variant, node, question, connections, rounds }`, a round being `{ cpuUs, perSecond, p50Us,
 * p99Us, commands }` per request.
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
    const lookups = await measureLookups({ ...options, servers, site });
    await servers.stop();
    const writes = options.reports ? await measureWrites({ ...options, site }) : [];
    return { ...described(options), lookups, writes };
  } finally {
    await servers.stop();
    await site.stop();
    signal.throwIfAborted();
  }
}

async function measureLookups(options) {
  const cells = cellsOf(options);
  for (let round = 0; round < options.rounds; round++) {
    const title = `round ${round + 1}/${options.rounds}`;
    await options.progress.step(title, async (tell) => {
      for (const [index, cell] of rotated(cells, round).entries()) {
        tell(
          `${index + 1} of ${cells.length}: ${cell.server.name}, ${cell.question}, ${cell.connections}`,
        );
        cell.rounds.push(await measure(cell, options));
      }
      return { told: `${cells.length} measurements` };
    });
  }
  return cells.map(({ server: { variant, node }, question, connections, rounds }) => ({
    variant: variant.name,
    node,
    question,
    connections,
    rounds,
  }));
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

/** The same order in every round would give each the same neighbour. */
function rotated(cells, round) {
  const first = Math.floor((round * cells.length) / 3) % cells.length;
  return [...cells.slice(first), ...cells.slice(0, first)];
}

async function measure({ server, question, connections }, { site, processors, seconds, signal }) {
  const { path, isRefused } = QUESTIONS[question];
  const ask = (duration) =>
    runWrk({
      ...{ port: server.process.port, connections, seconds: duration, path, signal },
      ...{ idsFile: site.idsFile, processor: processors.load },
    });
  await ask(WARM_UP_SECONDS);
  const [commandsBefore, cpuBeforeUs] = [await site.lookupCommands(), server.process.cpuTimeUs()];
  const { requests, durationUs, refused, lost, p50Us, p99Us } = await ask(seconds);
  const cpuUs = server.process.cpuTimeUs() - cpuBeforeUs;
  const commands = (await site.lookupCommands()) - commandsBefore;
  if (lost > 0 || refused !== (isRefused ? requests : 0))
    throw new Error(
      `${server.name}: of ${requests} requests ${refused} were refused and ${lost} lost (${question})`,
    );
  return {
    cpuUs: cpuUs / requests,
    perSecond: requests / (durationUs / 1e6),
    p50Us,
    p99Us,
    commands: commands / requests,
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
