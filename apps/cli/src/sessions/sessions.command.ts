import type { Command } from 'commander';
import type { EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { listRoll } from '../roll/list-roll';
import type { Cli } from '../roll/roll';
import { sessionRows } from './session-rows';
import { sessionsTable } from './sessions.table';

interface SessionsOptions {
  readonly server?: string[];
  readonly json?: boolean;
  readonly watch?: boolean;
}

const HELP = helpText({
  notes: [
    'SESSION is the id that resolves as long as its server is believed. BARE ID tells',
    'whether the part after the first ~ resolves on its own:',
    '  ok         it does, or will as soon as the roll is settled',
    '  ambiguous  several servers have a session of this name, so nobody answers',
    '  –          it never does, as the name itself contains ~; or not now, as the',
    '             lease of its server is over',
    'STATE is that of its server (see `rollcall servers --help`). LEASE LEFT tells how',
    'long the session resolves at least: as stale, where STATE is held or protected.',
  ],
  examples: [
    ['rollcall sessions', 'every session on the roll'],
    ['rollcall sessions --server gpu-1 --server gpu-2', 'those of two servers'],
    ['rollcall sessions --watch', 'until Ctrl-C'],
    ["rollcall sessions --json | jq -r '.sessions[].id'", 'for programs'],
  ],
  ok: 'the list was printed (with --watch: Ctrl-C)',
  nothing: 'servers were named, and none of them has a session',
});

export function registerSessions(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('sessions')
    .description('every session on the roll, and where it is reached')
    .option('--server <id...>', 'only sessions of these servers')
    .option('--watch', 'go on until Ctrl-C, once a second')
    .option('--json', 'one JSON document; with --watch one line per change')
    .addHelpText('after', HELP)
    .action(async ({ server, watch = false, json = false }: SessionsOptions) => {
      const filtered = server !== undefined;
      end(
        await listRoll(
          cli,
          { watch, json, filtered },
          {
            name: 'sessions',
            rows: (servers) => sessionRows(servers, server),
            table: sessionsTable,
            none: filtered ? 'No session matches.' : 'No session is on the roll.',
            essence: ({ leaseLeftMs, ...row }) => row,
          },
        ),
      );
    });
}
