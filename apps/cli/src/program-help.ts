/** What the help says below the list of commands. */
export const PROGRAM_HELP = `
Settings come from the environment, under the names all apps of Rollcall share:
REDIS_URL, REDIS_USERNAME, REDIS_PASSWORD, REDIS_KEY_PREFIX and ROLL name the roll;
HEARTBEAT_INTERVAL_MS, LEASE_TTL_MS, ENDPOINT_ALLOW and ENDPOINT_PORTS should be
those of the agents and resolvers, HOLD_MAX_MS, PROBE_MODE and PROTECTION_THRESHOLD
those of the reconcilers; TOKEN_TTL_MS, CONNECT_GATEWAY and CONNECT_PROXY are for
connect.

Examples:
  $ rollcall servers --watch
      the roll, live
  $ rollcall resolve gpu-1~console
      where a gateway would be sent
  $ rollcall connect gpu-1~console --user alice --gateway gw.example.com
      links that open this session for alice; revoke voids them
  $ rollcall explain gpu-1~console
      why it is answered so, and what to do
  $ rollcall watch --since 15m
      what happened lately, and what happens from now on
  $ rollcall evict --help
      what a command does, with examples and exit codes

Exit codes of every command:
  0   done; a command that goes on until Ctrl-C ends with it, too
  1   not found, or nothing done: the help of the command says which
  2   wrong usage
  3   the session store does not answer, or refuses
  70  a bug
  78  a setting in the environment is wrong`;
