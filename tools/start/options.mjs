import { parseArgs } from 'node:util';

/** What `npm start -- --help` prints. */
export const HELP = `usage: npm start [-- --no-demo]

Installs what is missing, finds or brings a Redis, builds, and runs one resolver and one reconciler
until Ctrl-C. Without --no-demo a fleet of three simulated hosts reports to them: real agents, each
with a stand-in for the dcv command.

  --no-demo   the resolver and the reconciler alone, for real agents and gateways
  --help      this text

Redis: the one that REDIS_URL names; else redis-server or valkey-server on the PATH; else Docker
(valkey/valkey:8); else the distribution's package, where apt-get may install it. One that is started
here listens on 127.0.0.1 on a free port and keeps its data under .rollcall/redis.

Every setting in the environment is passed on (REDIS_URL, ROLL, LOG_LEVEL, HEARTBEAT_INTERVAL_MS, …;
node apps/resolver/dist/main.js --help lists them), with these differences:
  RESOLVER_PORT, METRICS_PORT   when they are not set, a free port stands in for a default that is taken;
                                METRICS_PORT is the resolver's, the other processes have ports of their own
  RESOLVER_HOST, METRICS_HOST   127.0.0.1 in the demo, unless they are set
  ROLL                          a roll of the demo's own, unless it is set
  ENDPOINT_ALLOW, AGENT_…       the demo's own: its hosts are at 127.0.0.1

Logs: .rollcall/logs. Exit code: 0 after Ctrl-C or SIGTERM, 1 when something failed, 2 for a wrong option.`;

/** Reads the command line; throws on an option that does not exist. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: { 'no-demo': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  return { demo: !values['no-demo'], help: values.help === true };
}
