import { isServerId } from '@rollcall/domain';
import { InvalidArgumentError, type Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { evictText } from './evict.text';

const HELP = helpText({
  notes: [
    'Strikes a server off the roll at once with all its sessions, whether its lease is',
    'over or not, and asks nothing first. It keeps nobody away: a living agent brings',
    'its server back with its next report.',
  ],
  examples: [
    ['rollcall evict gpu-1', 'its sessions stop resolving now'],
    ['rollcall evict gpu-1 --json | jq .sessions', 'how many went with it'],
  ],
  ok: 'the server was struck off',
  nothing: 'the server is not on the roll',
});

export function registerEvict(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('evict')
    .description('strikes a server off the roll, now')
    .argument('<server>', 'server id, as `rollcall servers` shows it', readServerId)
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(
      async (server: ReturnType<typeof readServerId>, { json = false }: { json?: boolean }) => {
        const outcome = await withRoll(cli, ({ store }) => store.evictNow(server));
        const text = json
          ? jsonText({ server, outcome: outcome.kind, ...outcome, kind: undefined })
          : evictText(server, outcome);
        cli.terminal.out(`${text}\n`);
        end(outcome.kind === 'evicted' ? ExitCode.ok : ExitCode.nothing);
      },
    );
}

function readServerId(text: string) {
  if (isServerId(text)) return text;
  throw new InvalidArgumentError('A server id matches [A-Za-z0-9][A-Za-z0-9._-]{0,62}.');
}
