import { Option, type Command } from 'commander';
import type { EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import type { Cli } from '../roll/roll';
import { listRoll } from '../roll/list-roll';
import { serverRows, STATE_FILTERS, type ServerFilter } from './server-rows';
import { serversTable } from './servers.table';

interface ServersOptions {
  readonly state?: string[];
  readonly zone?: string[];
  readonly json?: boolean;
  readonly watch?: boolean;
}

const HELP = helpText({
  notes: [
    'States:',
    '  live       its last report is fresh',
    '  leaving    a planned stop: its sessions resolve until its short lease ends',
    '  late       a report is overdue: its sessions still resolve',
    '  held       late for longer, but its DCV port answers: its sessions resolve, as',
    '             stale, and LEASE LEFT tells until when',
    '  protected  the same, as so many of its zone are late at once: see',
    '             `rollcall protect`',
    '  lapsed     its lease is over: its sessions do not resolve, and the next sweep',
    '             strikes it off; while the roll is not settled they resolve, as stale,',
    '             and nobody is struck off',
    '  unhealthy  besides: its DCV server does not answer its own command line',
  ],
  examples: [
    ['rollcall servers', 'every server on the roll'],
    ['rollcall servers --state late held protected', 'who is silent, and still believed'],
    ['rollcall servers --zone eu-1a --watch', 'one zone, until Ctrl-C'],
    ["rollcall servers --json | jq '.servers[].host'", 'for programs'],
  ],
  ok: 'the list was printed (with --watch: Ctrl-C)',
  nothing: 'a filter was given, and no server matches',
});

export function registerServers(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('servers')
    .description('who is on the roll, and how far each server is believed')
    .addOption(
      new Option('--state <state...>', 'only servers in these states').choices(STATE_FILTERS),
    )
    .option('--zone <zone...>', 'only servers of these zones')
    .option('--watch', 'go on until Ctrl-C, once a second')
    .option('--json', 'one JSON document; with --watch one line per change')
    .addHelpText('after', HELP)
    .action(async ({ state, zone, watch = false, json = false }: ServersOptions) => {
      const filter: ServerFilter = { states: state, zones: zone };
      const filtered = state !== undefined || zone !== undefined;
      end(
        await listRoll(
          cli,
          { watch, json, filtered },
          {
            name: 'servers',
            rows: (servers) => serverRows(servers, filter),
            table: serversTable,
            none: filtered ? 'No server matches.' : 'Nobody is on the roll.',
            essence: ({ reportedAgoMs, leaseLeftMs, ...row }) => row,
          },
        ),
      );
    });
}
