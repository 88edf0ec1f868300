import { Argument, type Command } from 'commander';
import { readUser } from '../connect/connect-arguments';
import { CommandFailure, ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import { exitCodeOf, unaskableAnswer } from '../resolve/gateway-answer';
import { readId } from '../resolve/look-up';
import { resolveText } from '../resolve/resolve.text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { revokeLinks, type RevokeOutcome } from './revoke-links';
import { revokeDocument, revokeText } from './revoke.text';

interface RevokeOptions {
  readonly user?: string;
  readonly json?: boolean;
}

const HELP = helpText({
  notes: [
    'Voids the links that `rollcall connect` has made: of one session, of one user, or',
    'of one user to one session. --user alone goes through every session on the roll.',
    'It closes no connection: who is in stays in until the client has to come back.',
    'A session that has ended needs none of this; its links went with it.',
  ],
  examples: [
    ['rollcall revoke gpu-1~console', 'all links to this session, whether its host lives or not'],
    ['rollcall revoke --user alice', "all of alice's links"],
    ['rollcall revoke gpu-1~console --user alice --json | jq .revoked', 'for programs'],
  ],
  ok: 'at least one link was voided',
  nothing: 'there was none, or the session is not found (404)',
  usage: 'wrong usage, an id that is none (400), or neither an id nor a user',
});

export function registerRevoke(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('revoke')
    .description('voids the links to a session, or of a user')
    .addArgument(new Argument('[id]', 'public id: <server>~<session>, or <session> alone'))
    .option('--user <name>', "this user's links only", readUser)
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(async (id: string | undefined, { user, json = false }: RevokeOptions) => {
      const outcome = await revoke(cli, id, user);
      const print = (text: string, document: unknown) =>
        cli.terminal.out(`${json ? jsonText(document) : text}\n`);
      if (outcome.kind === 'refused') {
        print(resolveText(outcome.answer), outcome.answer);
        return end(exitCodeOf(outcome.answer));
      }
      const { session, revoked } = outcome;
      print(revokeText({ session, user, revoked }), revokeDocument({ session, user, revoked }));
      end(revoked > 0 ? ExitCode.ok : ExitCode.nothing);
    });
}

async function revoke(cli: Cli, text?: string, user?: string): Promise<RevokeOutcome> {
  if (text === undefined && user === undefined) {
    throw new CommandFailure(ExitCode.usage, 'say whose links end: an id, --user, or both');
  }
  const read = text === undefined ? undefined : readId(text);
  if (read !== undefined && read.kind !== 'askable') {
    return { kind: 'refused', answer: await unaskableAnswer(read) };
  }
  return withRoll(cli, ({ store }) => revokeLinks(store, { id: read?.id, user }));
}
