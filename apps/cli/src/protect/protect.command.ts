import { isZone } from '@rollcall/domain';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CommandFailure, ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { protectOff, type OffOutcome } from './protect-off';
import { offDocument, offText } from './protect-off.text';
import { protectDocument, protectText } from './protect.text';
import { readProtection } from './read-protection';
import { zoneName } from './zone-name';

interface OffOptions {
  readonly zone?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

const HELP = helpText({
  notes: [
    'When many servers of a zone (AGENT_ZONE) fall silent at once, the fault is more',
    'likely between them and the roll than in each of them. The zone is protected then:',
    'its late servers are believed, and their sessions answered, until they are',
    'confirmed dead. It ends by itself, or with `rollcall protect off`.',
  ],
  examples: [
    ['rollcall protect', 'who is protected, and how many are late where'],
    ['rollcall protect --json | jq .protections', 'for programs'],
    ['rollcall protect off --zone eu-1a', 'those who are silent there really are dead'],
  ],
  ok: 'it was printed, whether or not a zone is protected',
});

const OFF_HELP = helpText({
  notes: [
    'Ends the protection of a zone, and asks nothing first. Do it when you know that',
    'the silent servers are dead: they are judged by the ordinary rules then, so those',
    'whose DCV port does not answer are struck off with their sessions. It does not',
    'start again before few are late. --zone may be left out where one is protected.',
  ],
  examples: [
    ['rollcall protect off --zone eu-1a', 'one zone'],
    ["rollcall protect off --zone ''", 'the servers that have no zone'],
    ['rollcall protect off --all --json | jq .ended', 'every zone, for programs'],
  ],
  ok: 'at least one protection was ended',
  nothing: 'none was on, or somebody else was faster',
  usage: 'wrong usage, or several zones are protected and none was named',
});

export function registerProtect(program: Command, cli: Cli, end: EndCommand): void {
  const protect = program
    .command('protect')
    .description('which zones are protected from being struck off, and why')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(async ({ json = false }: { json?: boolean }) => {
      const text = await withRoll(cli, async (roll) => {
        const reading = await readProtection(roll);
        return json ? jsonText(protectDocument(reading)) : protectText(reading, roll.belief);
      });
      cli.terminal.out(`${text}\n`);
      end(ExitCode.ok);
    });
  registerOff(protect, cli, end);
}

function registerOff(protect: Command, cli: Cli, end: EndCommand): void {
  protect
    .command('off')
    .description('ends protections, now')
    .option('--zone <zone...>', 'only these zones', readZone)
    .addOption(new Option('--all', 'every zone').conflicts('zone'))
    .option('--json', 'one JSON document')
    .addHelpText('after', OFF_HELP)
    .action(async (_: unknown, command: Command) => {
      const { zone, all = false, json = false } = command.optsWithGlobals<OffOptions>();
      const zones = await withRoll(cli, async ({ store, belief, policy }) => {
        const outcomes = clear(await protectOff(store, belief, { zones: zone, all }));
        const text = json ? jsonText(offDocument(outcomes)) : offText(outcomes, policy, belief);
        cli.terminal.out(`${text}\n`);
        return outcomes;
      });
      const isDone = zones.some(({ kind }) => kind === 'ended');
      end(isDone ? ExitCode.ok : ExitCode.nothing);
    });
}

function clear(outcome: OffOutcome) {
  if (outcome.kind === 'done') return outcome.zones;
  const names = outcome.zones.map(zoneName).join(', ');
  throw new CommandFailure(
    ExitCode.usage,
    `several zones are protected: ${names}; say --zone ZONE or --all`,
  );
}

function readZone(text: string, before: readonly string[] = []): readonly string[] {
  if (isZone(text)) return [...before, text];
  throw new InvalidArgumentError('A zone matches [A-Za-z0-9._-]{0,63}.');
}
