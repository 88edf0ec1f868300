import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { buildApps } from '../setup/build.mjs';
import { stopRequest } from '../start/stop-request.mjs';
import { CommandError, COMMANDS_HELP } from './commands.mjs';
import { DoorError } from './door-cell.mjs';
import { HELP, OptionError, readOptions } from './options.mjs';
import { parseScenario, runScenario, ScenarioError } from './scenario.mjs';
import { Summary } from './summary.mjs';

const EXIT = { failed: 1, usage: 2, killed: 130, configInvalid: 78 };
const EVERY_MS = { terminal: 1_000, other: 5_000 };
const HOSTS = 100;
const AGENT = 'apps/agent-heartbeat/tsconfig.build.json';
const SEED_MAX = 1_000_000;

/** Runs the program to its end; resolves to its exit code. */
async function main(args) {
  const options = readOptions(args);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const scenario = options.scenario === undefined ? undefined : readScenario(options.scenario);
  if (options.build) buildApps(AGENT);
  await run(options, scenario);
  return 0;
}

async function run(options, scenario) {
  // What is imported here has to be built; --help has not.
  const { startSwarm } = await import('./swarm.mjs');
  const stop = stopRequest(() => process.exit(EXIT.killed));
  const inTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true && !options.json;
  const everyMs = options.everyMs ?? (inTerminal ? EVERY_MS.terminal : EVERY_MS.other);
  const { hosts = scenario ? 0 : HOSTS, seed = aSeed(), ...traits } = options.swarm;

  const swarm = await startSwarm({ ...traits, seed, windowMs: everyMs });
  const lines = createInterface({ input: process.stdin, output: inTerminal && process.stdout });
  const summary = new Summary(process.stdout, { json: options.json, prompt: inTerminal && lines });
  const { roll, redis } = swarm.target;
  summary.say(`reporting to roll ${roll} at ${redis}, seed ${seed}`);

  const give = commandGiver(swarm, summary);
  lines.on('line', (text) => void give(text));
  lines.on('SIGINT', stop.begin);
  lines.on('close', () => options.stopAtEof && stop.begin());
  const timer = setInterval(() => summary.show(swarm.stats()), everyMs);
  const failed = new Promise((_, reject) => swarm.join(hosts).catch(reject));
  if (scenario) void runScenario(scenario, give, (atMs) => swarm.sleepUntil(atMs));
  if (options.forMs !== undefined) setTimeout(stop.begin, options.forMs).unref();
  const wished = stop.requested.then(() => options.onStop ?? 'leave');
  try {
    const mode = await Promise.race([swarm.ended, wished, failed]);
    clearInterval(timer);
    summary.say(`stopping (${mode}) …`);
    await swarm.stop(mode);
    summary.end();
    summary.show(swarm.stats());
  } finally {
    lines.close();
    await swarm.stop('crash');
  }
}

function aSeed() {
  return Math.floor(Math.random() * SEED_MAX);
}

/** Carries out lines of text. One that begins with a tag (`@7 crash 10`) gets its reply with that tag. */
function commandGiver(swarm, summary) {
  return async (line) => {
    const [, tag, command] = /^(?:@(\w{1,20})\s+)?(.*)$/.exec(line.trim());
    if (command === '') return;
    if (command === 'help') return summary.say(COMMANDS_HELP);
    try {
      const { hosts } = await swarm.do(command);
      if (command === 'stats') summary.answer({ tag, command, stats: swarm.stats() });
      else summary.answer({ tag, command, hosts });
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof DoorError)) throw error;
      summary.answer({ tag, command, error: error.message });
    }
  };
}

function readScenario(path) {
  try {
    return parseScenario(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ScenarioError) throw new ScenarioError(prefixed(path, error.message));
    throw new ScenarioError(`${path} cannot be read (${error.code ?? error.message})`);
  }
}

function prefixed(path, text) {
  return text.replace(/^/gm, `${path}: `);
}

function exitCodeOf(error) {
  if (error instanceof OptionError || error instanceof ScenarioError) return EXIT.usage;
  return error.code === 'CONFIG_INVALID' ? EXIT.configInvalid : EXIT.failed;
}

function complaintOf(error) {
  if (error instanceof OptionError)
    return `${error.message}\nnpm run swarm -- --help lists the options.`;
  if (error.code === 'ERR_MODULE_NOT_FOUND')
    return `${error.message}\nRun npm ci and npm run build first.`;
  return error.problems ? error.problems.join('\n') : (error.message ?? String(error));
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(complaintOf(error));
  process.exit(exitCodeOf(error));
}
