import { InvalidArgumentError, type Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { counted } from '../output/counted';
import { jsonText } from '../output/json-text';
import { formatMoment } from '../output/moment';
import { readProtection } from '../protect/read-protection';
import { showBanner } from '../protect/show-banner';
import type { Cli, Roll, RollEvent } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { eventLine } from './event.line';
import { EVENT_TYPES } from './event-types';
import { parseSince, startId, type Since } from './since';

interface WatchOptions {
  readonly since?: Since;
  readonly type?: readonly string[];
  readonly json?: boolean;
}

const TYPES = Object.entries(EVENT_TYPES).map(
  ([type, meaning]) => `  ${type.padEnd(18)}  ${meaning}`,
);

const HELP = helpText({
  notes: [
    'One line per event: when, what, whom, and why. While the session store is away',
    'it waits, says so on stderr, and goes on where it stopped. Protected zones are',
    'told on stderr, too: at the start, and when --type leaves their events out.',
    '',
    'Events:',
    ...TYPES,
  ],
  examples: [
    ['rollcall watch', 'what happens from now on'],
    [
      'rollcall watch --since 15m --type server.lost',
      'who was lost in the last quarter of an hour, and from now on',
    ],
    ['rollcall watch --since 0', 'everything the stream still holds, first'],
    ['rollcall watch --json | jq -r \'select(.reason == "lapsed") | .server\'', 'for programs'],
  ],
  ok: 'Ctrl-C',
});

export function registerWatch(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('watch')
    .description('events as they come: servers join and get lost, sessions open, close and move')
    .option(
      '--since <id|duration>',
      'start after an event id, or so long ago: 30s, 15m, 2h, 1d',
      readSince,
    )
    .option('--type <type...>', 'only events of these types', readType)
    .option('--json', 'one JSON object per line')
    .addHelpText('after', HELP)
    .action(async ({ since, type, json = false }: WatchOptions) => {
      const types = new Set(type);
      const text = json ? await jsonLine() : eventLine;
      await withRoll(cli, async (roll) => {
        showBanner(cli.terminal, (await readProtection(roll)).protections);
        for await (const event of events(cli, roll, since)) {
          if (types.size === 0 || types.has(event.type)) cli.terminal.out(`${text(event)}\n`);
          else if (isLoud(event)) cli.terminal.err(`${eventLine(event)}\n`);
        }
      });
      end(ExitCode.ok);
    });
}

async function* events({ terminal }: Cli, roll: Roll, since?: Since): AsyncIterable<RollEvent> {
  const from = since ? startId(since, (await roll.store.servers(0, 1)).nowMs) : '$';
  if (terminal.isTty) terminal.err('rollcall: watching; Ctrl-C ends\n');
  yield* roll.events({
    from,
    signal: terminal.interruption(),
    connectionLost: () =>
      terminal.err(
        `rollcall: the session store does not answer: ${roll.address}; waiting for it\n`,
      ),
    connectionBack: () => terminal.err('rollcall: the session store answers again\n'),
    missed: (events) =>
      terminal.err(
        `rollcall: ${counted(events, 'event')} ${events === 1 ? 'was' : 'were'} trimmed away before ${events === 1 ? 'it was' : 'they were'} read\n`,
      ),
    startsLate: (oldestId) =>
      terminal.err(
        `rollcall: what happened before ${formatMoment(Number.parseInt(oldestId, 10))} is no longer held\n`,
      ),
  });
}

/** Whoever watches something else has to hear of it all the same. */
function isLoud({ type }: RollEvent): boolean {
  return type.startsWith('protection.');
}

/** Numbers as numbers where the type is known; a newer service's events keep their fields as text. */
async function jsonLine(): Promise<(event: RollEvent) => string> {
  const { isDomainEventType, parseDomainEvent } = await import('@rollcall/contracts');
  return ({ id, type, fields }) => {
    const payload = isDomainEventType(type) ? parseDomainEvent(type, fields) : undefined;
    return jsonText({ id, type, ...(payload ?? fields) }, { isOneLine: true });
  };
}

function readSince(text: string): Since {
  const since = parseSince(text);
  if (since) return since;
  throw new InvalidArgumentError(
    'It takes an event id (1763716800000-0) or a duration (30s, 15m, 2h, 1d).',
  );
}

function readType(text: string, before: readonly string[] = []): readonly string[] {
  if (Object.hasOwn(EVENT_TYPES, text)) return [...before, text];
  throw new InvalidArgumentError(`It is one of ${Object.keys(EVENT_TYPES).join(', ')}.`);
}
