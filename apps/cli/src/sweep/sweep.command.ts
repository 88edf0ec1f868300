import { decideProtections, sweep } from '@rollcall/domain';
import type { Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { evictionLine, sweepText } from './sweep.text';

const HELP = helpText({
  notes: [
    'The sweep that every reconciler runs once a second, run from here: it strikes off',
    'the servers whose lease is over, at most 500 of them, the longest lapsed first.',
    'Safe at any time, and beside any number of reconcilers. Like them it protects',
    'first, where too many are silent at once (PROTECTION_THRESHOLD).',
  ],
  examples: [
    ['rollcall sweep', 'one line per server, and a sum'],
    ['rollcall sweep --json | jq .evicted', 'for programs'],
  ],
  ok: 'the sweep has finished, whether or not there was anything to do',
  nothing: 'leases are over, but the roll has not been settled for half a lease yet',
});

export function registerSweep(program: Command, cli: Cli, end: EndCommand): void {
  const { terminal } = cli;
  program
    .command('sweep')
    .description('strikes off whose lease is over, now')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(async ({ json = false }: { json?: boolean }) => {
      const result = await withRoll(cli, ({ store, belief }) =>
        sweep(store, {
          beforeEvicting: async () => {
            await decideProtections(store, await store.survey(0), belief);
          },
          evictionTried: (server, outcome) => {
            if (!json) terminal.out(`${evictionLine(server, outcome)}\n`);
          },
        }),
      );
      terminal.out(`${json ? jsonText(result) : sweepText(result)}\n`);
      end(result.lapsed > 0 && !result.judged ? ExitCode.nothing : ExitCode.ok);
    });
}
