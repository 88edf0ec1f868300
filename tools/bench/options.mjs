import { parseArgs } from 'node:util';

/** The connections that every server is asked over. */
const CONNECTIONS = [1, 64, 256];
const NODES = [20, 24];
const FULL = { rounds: 5, seconds: 5 };
const QUICK = { rounds: 2, seconds: 2 };
const LIMITS = { rounds: [1, 50], seconds: [1, 120] };

/** The names a server can be asked for by; `rollcall` and `raw` are what most bars compare. */
export const VARIANT_NAMES = ['rollcall', 'raw', 'nginx-lua', 'nest', 'gunicorn', 'flask'];

export const USAGE = `usage: npm run bench [-- --quick] [--variants rollcall,raw] [--node 20] [--connections 64] [--rounds N]
                     [--seconds N] [--report DIR]

Asks the resolver as built, and its peers, for the same 100,000 sessions in the same Redis, one after the other and
over again, and tells what a lookup costs each: CPU per request first, for it is the steadiest, then throughput, p50
and p99. Then what a report costs.

  --quick            two rounds of two seconds, on Node 20, of rollcall and raw: a look, not a result
  --variants A,B     of: ${VARIANT_NAMES.join(', ')}
  --node A,B         of: ${NODES.join(', ')}; fetched from the npm registry
  --connections A,B  ${CONNECTIONS.join(',')} unless told otherwise
  --rounds N         ${FULL.rounds} unless told otherwise
  --seconds N        of each measurement; ${FULL.seconds} unless told otherwise
  --no-reports       lookups only
  --report DIR       where report.md and results.json go; .rollcall/bench/report unless told otherwise

Needs Linux with two processors or more, a redis-server on the PATH, and wrk; nginx with Lua, Flask and gunicorn for
the peers of these names. As root on Debian or Ubuntu, what is missing is installed.

Exit code: 0 when every bar that was measured is met, 1 when one is missed or something failed, 2 for a wrong option,
130 when it was stopped.`;

/** Reads the command line; throws what cannot be understood. */
export function readOptions(args) {
  const { values } = parse(args);
  const quick = values.quick === true;
  const shape = quick ? QUICK : FULL;
  return {
    help: values.help === true,
    quick,
    variants:
      listOf(values.variants, 'variants', VARIANT_NAMES) ??
      (quick ? ['rollcall', 'raw'] : VARIANT_NAMES),
    nodes: listOf(values.node, 'node', NODES) ?? (quick ? [20] : NODES),
    connections: connectionsOf(values.connections) ?? CONNECTIONS,
    rounds: numberOf(values.rounds, 'rounds') ?? shape.rounds,
    seconds: numberOf(values.seconds, 'seconds') ?? shape.seconds,
    reports: !values['no-reports'],
    report: values.report,
  };
}

function parse(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  try {
    return parseArgs({
      args,
      options: {
        help: { ...flag, short: 'h' },
        quick: flag,
        'no-reports': flag,
        variants: text,
        node: text,
        connections: text,
        rounds: text,
        seconds: text,
        report: text,
      },
    });
  } catch (error) {
    throw new RangeError(`${error.message}\n${USAGE}`, { cause: error });
  }
}

function listOf(text, name, known) {
  const wanted = text?.split(',').map((item) => known.find((one) => String(one) === item));
  if (wanted?.includes(undefined)) refuse(`--${name} takes ${known.join(', ')}, with commas`);
  return wanted;
}

function connectionsOf(text) {
  return text?.split(',').map((item) => whole(item, 'connections', [1, 1_000]));
}

function numberOf(text, name) {
  return text === undefined ? undefined : whole(text, name, LIMITS[name]);
}

function whole(text, name, [least, most]) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    refuse(`--${name} takes whole numbers from ${least} to ${most}`);
  return number;
}

function refuse(what) {
  throw new RangeError(`${what}.\n${USAGE}`);
}
