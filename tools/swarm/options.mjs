import { isIPv4 } from 'node:net';
import { parseArgs } from 'node:util';
import { CommandError, COMMANDS_HELP, HOSTS_MAX, parseDuration } from './commands.mjs';
import { DOOR_MODES } from './doors.mjs';

/** What `npm run swarm -- --help` prints. */
export const HELP = `usage: npm run swarm -- [--hosts <n>] [--scenario <file>] [options]

Simulates up to ${HOSTS_MAX} DCV hosts in one process: each has the real agent, on a stand-in for the dcv
command, and all share a few connections to Redis. Ctrl-C or SIGTERM ends it: the hosts take leave.

  --hosts <n>              hosts that join at the start (100; with a scenario, 0)
  --sessions-per-host <n>  sessions of each host, 0 to 500 (2); their bare ids are unique
  --consoles               every host has a session "console" besides
  --zones <n>              zones a, b, c, … that the hosts are dealt to in turn, 1 to 64 (1: no zone)
  --connections <n>        connections to Redis, 1 to 64 (4)
  --seed <n>               what is random is the same for the same seed (a random one)
  --name <text>            server ids are <name>-1, <name>-2, … (swarm)
  --scenario <file>        gives the commands of a file at their times; see tools/swarm/README.md
  --for <time>             ends after so long (10s, 5m)
  --on-stop <mode>         leave, withdraw or crash: what ending means to the hosts (leave)

  --doors <mode>           each: a listener for every host, so that probes of its DCV port succeed (default)
                           one: a single listener for all; no port can be closed alone
                           none: nothing listens
  --port <n>               the DCV port of every host, each on an address of its own in 127.64.0.0/10 (a free one);
                           with --address the first of consecutive ports (20000)
  --address <ip>           one address for all hosts, with a port each; needed where 127.0.0.0/8 is not local (macOS)

  --every <time>           between two summaries (1s in a terminal, else 5s)
  --json                   summaries, and the replies to commands, as lines of JSON
  --stop-at-eof            ends when standard input does
  --build                  builds the agent first; npm run swarm does
  --help                   this text

Redis and timings come from the environment, as with every app: REDIS_URL, ROLL, HEARTBEAT_INTERVAL_MS, LEASE_TTL_MS,
AGENT_POLL_INTERVAL_MS, … Resolvers and reconcilers of that roll need ENDPOINT_ALLOW=127.0.0.0/8, for a swarm's hosts are
at loopback addresses.

Commands, on standard input while it runs and in a scenario:
${COMMANDS_HELP}

Exit code: 0 when it was ended, 1 when something failed, 2 for a wrong option or scenario, 78 for a wrong setting.`;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const STOP_MODES = ['leave', 'withdraw', 'crash'];

/** An option that does not exist, or has a wrong value; the message says which and what it may be. */
export class OptionError extends Error {}

/** Reads the command line; throws an OptionError. */
export function readOptions(args) {
  const given = parse(args);
  const optional = (name, read) =>
    given[name] === undefined ? undefined : read(name, given[name]);
  const whole = (min, max) => (name, text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new OptionError(`--${name} must be a whole number from ${min} to ${max}`);
  };
  const oneOf = (names) => (name, text) => {
    if (names.includes(text)) return text;
    throw new OptionError(`--${name} must be one of ${names.join(', ')}`);
  };
  const options = {
    hosts: optional('hosts', whole(0, HOSTS_MAX)),
    sessionsPerHost: optional('sessions-per-host', whole(0, 500)),
    zones: optional('zones', whole(1, 64)),
    connections: optional('connections', whole(1, 64)),
    seed: optional('seed', whole(0, 999_999_999)),
    name: optional(
      'name',
      matching(NAME, 'must be up to 40 letters, digits, dots, underscores and hyphens'),
    ),
    doors: optional('doors', oneOf(DOOR_MODES)),
    port: optional('port', whole(1_024, 65_535)),
    address: optional('address', anAddress),
  };
  const ownOptions = {
    scenario: given.scenario,
    forMs: optional('for', duration),
    everyMs: optional('every', duration),
    onStop: optional('on-stop', oneOf(STOP_MODES)),
  };
  return {
    ...ownOptions,
    json: given.json === true,
    help: given.help === true,
    stopAtEof: given['stop-at-eof'] === true,
    build: given.build === true,
    swarm: { ...withoutUndefined(options), consoles: given.consoles === true },
  };
}

function parse(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const options = Object.fromEntries(
    [
      'hosts',
      'sessions-per-host',
      'zones',
      'connections',
      'seed',
      'name',
      'doors',
      'port',
      'address',
      'scenario',
      'for',
      'every',
      'on-stop',
    ].map((name) => [name, text]),
  );
  try {
    return parseArgs({
      args,
      options: {
        ...options,
        consoles: flag,
        json: flag,
        'stop-at-eof': flag,
        build: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error.message);
  }
}

function matching(pattern, rule) {
  return (name, text) => {
    if (pattern.test(text)) return text;
    throw new OptionError(`--${name} ${rule}`);
  };
}

function anAddress(name, text) {
  if (isIPv4(text)) return text;
  throw new OptionError(`--${name} must be an IPv4 address of this machine`);
}

function duration(name, text) {
  try {
    const durationMs = parseDuration(text);
    if (durationMs >= 100) return durationMs;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  throw new OptionError(`--${name} must be a time of at least 100ms, such as 10s`);
}

function withoutUndefined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
