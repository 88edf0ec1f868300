import type { Transport } from '@rollcall/domain';
import { Argument, Option, type Command } from 'commander';
import type { EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import type { ProtectedZone } from '../protect/protected-zone';
import { readProtection } from '../protect/read-protection';
import { showBanner } from '../protect/show-banner';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { exitCodeOf, gatewayAnswer, unaskableAnswer, type GatewayAnswer } from './gateway-answer';
import { lookUp, readId } from './look-up';
import { resolveText } from './resolve.text';

interface ResolveOptions {
  readonly transport: Transport;
  readonly json?: boolean;
}

const HELP = helpText({
  notes: [
    'Decides by the rules of a resolver, and writes nothing. The answer is that of a',
    'resolver which is connected to this session store and has the same ENDPOINT_ALLOW',
    'and ENDPOINT_PORTS as this command. `rollcall explain` tells why it is so.',
  ],
  examples: [
    ['rollcall resolve gpu-1~console', 'the session console of the server gpu-1'],
    ['rollcall resolve console', 'whoever has it alone'],
    ['rollcall resolve console --transport QUIC', 'where QUIC is offered'],
    ['rollcall resolve console --json | jq .body.Port', 'the body of the answer, with its status'],
    ['rollcall resolve -- -odd-name', 'an id that starts with a dash'],
  ],
  ok: 'found (200)',
  nothing: 'not found (404): the code says why',
  usage: 'wrong usage, or an id that is none (400)',
  unavailable: 'the roll is still being called, or the session store does not answer (503)',
});

export function registerResolve(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('resolve')
    .description('what a gateway that asks for this session is told')
    .addArgument(new Argument('<id>', 'public id: <server>~<session>, or <session> alone'))
    .addOption(
      new Option('--transport <name>', 'how the client is carried')
        .choices(['HTTP', 'QUIC'] satisfies Transport[])
        .default('HTTP'),
    )
    .option(
      '--json',
      'one JSON document: status, body, the cause if it is stale, and protected zones',
    )
    .addHelpText('after', HELP)
    .action(async (id: string, { transport, json = false }: ResolveOptions) => {
      const { answer, text, protections } = await ask(cli, id, transport);
      if (!json) showBanner(cli.terminal, protections);
      cli.terminal.out(`${json ? jsonText({ ...answer, ...loud(protections) }) : text}\n`);
      end(exitCodeOf(answer));
    });
}

/** A field that programs cannot overlook when it matters, and need not know otherwise. */
function loud(protections: readonly ProtectedZone[]): object {
  return protections.length > 0 ? { protections } : {};
}

interface Asked {
  readonly answer: GatewayAnswer;
  readonly text: string;
  readonly protections: readonly ProtectedZone[];
}

async function ask(cli: Cli, text: string, transport: Transport): Promise<Asked> {
  const read = readId(text);
  if (read.kind !== 'askable') {
    const answer = await unaskableAnswer(read);
    return { answer, text: resolveText(answer), protections: [] };
  }
  return withRoll(cli, async (roll) => {
    const { store, endpoints } = roll;
    const resolution = await lookUp(store, read.id, { transport, endpoints });
    const { protections } = await readProtection(roll);
    const answer = await gatewayAnswer(resolution, transport);
    return { answer, text: resolveText(answer, resolution), protections };
  });
}
