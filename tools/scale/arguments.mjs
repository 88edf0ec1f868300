import { parseArgs } from 'node:util';
import { HOSTS_MAX } from '../swarm/commands.mjs';
import { AGENT_FLAGS } from './demo-agent.mjs';

/** Beyond it a zone is protected (PROTECTION_THRESHOLD), and nobody is struck off at once. */
const DYING_SHARE_BELOW = 0.3;
const SETTLE = 20;

/** Which options each scenario takes, and what they are when they are not given: the full size. */
export const SCENARIOS = {
  steady: {
    about: 'a fleet that only reports, in several sizes',
    defaults: { hosts: [1_000, 5_000, 10_000], seconds: 60, 'with-data': false, settle: SETTLE },
  },
  restart: {
    about: 'Redis is killed, and the whole fleet comes back to an empty one at once',
    defaults: { hosts: 10_000, away: 10, 'with-data': false, settle: SETTLE },
  },
  deaths: {
    about: 'a tenth of the hosts die at once',
    defaults: { hosts: 10_000, dying: undefined, 'with-data': false, settle: SETTLE },
  },
  sweep: {
    about: 'a sweep with nothing due, on a small roll and on a large one',
    defaults: { sessions: [10_000, 1_000_000], rounds: 9 },
  },
  agent: {
    about: 'one agent on one host: its processor and memory',
    defaults: { seconds: 120, 'node-args': AGENT_FLAGS },
  },
  soak: {
    about: 'a fleet that works for two hours: does anything grow?',
    defaults: { hosts: 10_000, minutes: 120, 'with-data': false, settle: SETTLE },
  },
  rolls: {
    about: 'one roll on one master of a Cluster, then the same fleet as two rolls on two',
    defaults: { hosts: 10_000, seconds: 60, settle: SETTLE },
  },
};

/** What `npm run scale -- --help` prints. */
export const HELP = `usage: npm run scale -- <scenario> [options]

Measures the product at the size of a large fleet: real processes, a real Redis, hosts of the swarm (npm run swarm), four
sessions each. Every figure that has a bar is held against it. The scenarios, with what they do unless told otherwise:

${Object.entries(SCENARIOS)
  .map(
    ([name, { about, defaults }]) =>
      `  ${name.padEnd(8)} ${about}\n${' '.repeat(11)}${shown(defaults)}`,
  )
  .join('\n')}

  --hosts N        hosts of the fleet, 1 to ${HOSTS_MAX}; steady takes several: --hosts 1000,5000
  --seconds N      how long is measured, 1 to 3600; before that everything settles
  --minutes N      the same for soak, 1 to 1440
  --settle N       seconds that are let pass before anything is measured, and of the measurement before the fleet comes,
                   1 to 600
  --away N         for so many seconds there is no Redis, 1 to 600
  --dying N        so many hosts die; fewer than 30 % of all, or the roll protects them (a tenth)
  --sessions N,N   sessions of the small roll and of the large one, 4 to 4000000
  --rounds N       so often each roll is swept in turn, 3 to 99
  --node-args "…"  flags of Node for the agent; "" is none
  --with-data      Redis keeps its data as docs/redis.md advises (AOF, every second); otherwise it has memory alone
  --seed N         what is random is the same for the same seed (1)
  --report DIR     where the report goes, with its pictures (.rollcall/scale/<scenario>-<time>)
  --help           this text

Needs a redis-server or valkey-server 7.0 or newer on this machine, and Linux: processors and memory are read from /proc.
Nothing else should run beside it. Ctrl-C or SIGTERM ends it and all that it has started, and what was measured by then is
reported.

Exit code: 0 when every bar is met, if need be with the allowance for noise; 1 when one is missed or something failed;
2 for a wrong option; 130 when it was stopped.`;

/** A scenario or an option that cannot be understood; the sentence says what may stand there. */
export class OptionError extends Error {}

/** Reads the command line: `{ help }`, or `{ scenario, options, seed, report }`; throws an OptionError. */
export function readArguments(args) {
  const { values, positionals } = parse(args);
  if (values.help) return { help: true };
  const [scenario, ...more] = positionals;
  if (scenario === undefined) throw new OptionError(`which scenario? ${names()}`);
  if (!Object.hasOwn(SCENARIOS, scenario))
    throw new OptionError(`there is no scenario "${scenario}"; there are ${names()}`);
  if (more.length > 0)
    throw new OptionError(`one scenario at a time: "${more.join(' ')}" is too much`);
  const { seed = '1', report, ...given } = values;
  return {
    help: false,
    scenario,
    options: optionsOf(scenario, given),
    seed: whole('seed', 0, 999_999_999)(seed),
    report,
  };
}

function optionsOf(scenario, given) {
  const { defaults } = SCENARIOS[scenario];
  const taken = Object.keys(defaults);
  const options = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (!taken.includes(name))
      throw new OptionError(
        `${scenario} takes no --${name}; it takes ${taken.map(flag).join(', ')}`,
      );
    options[name] = READERS[name](value, scenario);
  }
  if (taken.includes('dying')) options.dying = dyingOf(options);
  return options;
}

/** A tenth unless told otherwise. */
function dyingOf({ hosts, dying = Math.max(1, Math.round(hosts / 10)) }) {
  if (dying < DYING_SHARE_BELOW * hosts) return dying;
  throw new OptionError(
    `--dying must be less than 30 % of the ${hosts} hosts: of more, the roll protects them and strikes nobody off at once`,
  );
}

const READERS = {
  hosts: (text, scenario) =>
    scenario === 'steady' ? list('hosts', 1, HOSTS_MAX)(text) : whole('hosts', 1, HOSTS_MAX)(text),
  seconds: (text) => whole('seconds', 1, 3_600)(text),
  minutes: (text) => whole('minutes', 1, 1_440)(text),
  settle: (text) => whole('settle', 1, 600)(text),
  away: (text) => whole('away', 1, 600)(text),
  dying: (text) => whole('dying', 1, HOSTS_MAX)(text),
  rounds: (text) => whole('rounds', 3, 99)(text),
  sessions: (text) => twoSizes(text),
  'node-args': (text) => nodeArguments(text),
  'with-data': (value) => value,
};

function parse(args) {
  const text = { type: 'string' };
  const texts = Object.keys(READERS).filter((name) => name !== 'with-data');
  try {
    return parseArgs({
      args: withNodeArgsJoined(args),
      allowPositionals: true,
      options: {
        ...Object.fromEntries([...texts, 'seed', 'report'].map((name) => [name, text])),
        'with-data': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new OptionError(error.message);
  }
}

/** Its value begins with a hyphen, which only the form with an equals sign may. */
function withNodeArgsJoined(args) {
  const at = args.indexOf('--node-args');
  if (at < 0 || at === args.length - 1) return args;
  return [...args.slice(0, at), `--node-args=${args[at + 1]}`, ...args.slice(at + 2)];
}

function whole(name, min, max) {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new OptionError(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`);
  };
}

function list(name, min, max) {
  return (text) => text.split(',').map((part) => whole(name, min, max)(part.trim()));
}

function twoSizes(text) {
  const sizes = list('sessions', 4, 4_000_000)(text);
  if (sizes.length === 2 && sizes[0] < sizes[1]) return sizes;
  throw new OptionError(`--sessions must be two numbers, the smaller first, not "${text}"`);
}

function nodeArguments(text) {
  const words = text.split(/\s+/).filter(Boolean);
  if (words.every((word) => word.startsWith('-'))) return words.join(' ');
  throw new OptionError(
    `--node-args must be flags of Node that begin with a hyphen, not "${text}"`,
  );
}

const names = () => Object.keys(SCENARIOS).join(', ');

const flag = (name) => `--${name}`;

function shown(defaults) {
  return Object.entries(defaults)
    .filter(([, value]) => value !== false && value !== undefined && value !== '')
    .map(([name, value]) => `--${name} ${/\s/.test(value) ? `"${value}"` : value}`)
    .join(' ');
}
