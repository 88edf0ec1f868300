import { Argument, type Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import { showBanner } from '../protect/show-banner';
import { exitCodeOf, unaskableAnswer } from '../resolve/gateway-answer';
import { readId } from '../resolve/look-up';
import { resolveText } from '../resolve/resolve.text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { explainDocument } from './explain.document';
import { explainText } from './explain.text';
import { explain } from './explanation';
import { gatherFacts, isAnythingKnown } from './facts';

const HELP = helpText({
  notes: [
    'Tells in sentences what decides about a session or a server: what a lookup is',
    'answered now, and why; how far the server is believed, until when, and on whose',
    'word; its zone, its address, the roll; and what to do next. Writes nothing. What',
    'has no ~ is taken for a server, a session, or both, whichever the roll has.',
  ],
  examples: [
    ['rollcall explain gpu-1~console', 'one session, and its server'],
    ['rollcall explain console', 'a bare id, and who claims it'],
    ['rollcall explain gpu-1', 'a server'],
    ["rollcall explain gpu-1 --json | jq '.servers[].state'", 'for programs'],
  ],
  ok: 'explained',
  nothing: 'nothing at all is known of it',
  usage: 'wrong usage, or an id that is none (400)',
});

export function registerExplain(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('explain')
    .description('why a session is answered, or a server believed, as it is')
    .addArgument(new Argument('<id>', 'public id of a session, or server id'))
    .option('--json', 'one JSON document: the facts, with the sentences beside them')
    .addHelpText('after', HELP)
    .action(async (text: string, { json = false }: { json?: boolean }) => {
      const { terminal } = cli;
      const read = readId(text);
      if (read.kind !== 'askable') {
        const answer = await unaskableAnswer(read);
        terminal.out(`${json ? jsonText({ answer }) : resolveText(answer)}\n`);
        return end(exitCodeOf(answer));
      }
      const { facts, explanation } = await withRoll(cli, async (roll) => {
        const facts = await gatherFacts(roll, read.id);
        return { facts, explanation: await explain(facts, roll) };
      });
      if (!json) showBanner(terminal, facts.protections);
      const document = json && jsonText(explainDocument(facts, explanation));
      terminal.out(`${document || explainText(explanation)}\n`);
      end(isAnythingKnown(facts) ? ExitCode.ok : ExitCode.nothing);
    });
}
