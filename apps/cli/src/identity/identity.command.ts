import { isServerId, type ServerId } from '@rollcall/domain';
import { mintServerToken } from '@rollcall/tokens';
import { InvalidArgumentError, type Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import type { Cli } from '../roll/roll';
import { withRoll } from '../roll/with-roll';
import { identityRows } from './identity-rows';
import {
  admittedText,
  identitiesDocument,
  identitiesTable,
  issuedText,
  revokedText,
} from './identity.text';

interface JsonOption {
  readonly json?: boolean;
}

const HELP = helpText({
  notes: [
    'Identities are for hosts that report through a door (AGENT_ROLE=ingest). Those that',
    'report to Redis themselves need none. A host may report with a token of its server,',
    'or with a certificate whose common name is its server id.',
  ],
  examples: [
    [
      '(umask 077; rollcall identity issue gpu-1 > report-token)',
      'a token; beside an older one, which stays good',
    ],
    ['rollcall identity revoke gpu-1 --older', 'ends a rotation: the new token alone is good'],
    ['rollcall identity revoke gpu-1', 'nobody may report as gpu-1 any more'],
    ['rollcall identity admit gpu-1', 'a certificate of gpu-1 is believed again'],
    ['rollcall identity list', 'who has a token since when, and who is revoked'],
  ],
  ok: 'done',
  nothing: 'there was nothing to do, or nobody to list',
});

const REVOKE_HELP = helpText({
  notes: [
    'Voids the tokens of a server and has certificates of its name refused, within two',
    'seconds, on open connections, too. What it has reported stays until its lease ends;',
    '`rollcall evict` strikes it off at once. Issue a token, and it may report with that;',
    'a certificate stays refused until it is admitted.',
  ],
  examples: [
    ['rollcall identity revoke gpu-1', 'nobody may report as gpu-1 any more'],
    ['rollcall identity revoke gpu-1 --older', 'of two tokens, the older one is void'],
  ],
  ok: 'done',
  nothing: 'with --older: there was no older token',
});

export function registerIdentity(program: Command, cli: Cli, end: EndCommand): void {
  const identity = program
    .command('identity')
    .description('who may report through a door: tokens issued, listed and revoked')
    .addHelpText('after', HELP);
  registerIssue(identity, cli, end);
  registerList(identity, cli, end);
  registerRevoke(identity, cli, end);
  registerAdmit(identity, cli, end);
}

function registerIssue(identity: Command, cli: Cli, end: EndCommand): void {
  identity
    .command('issue')
    .description('prints a new token of a server: on stdout, and nothing else there')
    .argument('<server>', SERVER, readServerId)
    .option('--json', 'one JSON document')
    .action(async (server: ServerId, { json = false }: JsonOption) => {
      const { token, digest } = mintServerToken(server);
      const { voided } = await withRoll(cli, ({ identities }) => identities.issue(server, digest));
      cli.terminal.out(`${json ? jsonText({ server, token, voided }) : token}\n`);
      if (!json) cli.terminal.err(`${issuedText(server, voided)}\n`);
      end(ExitCode.ok);
    });
}

function registerList(identity: Command, cli: Cli, end: EndCommand): void {
  identity
    .command('list')
    .description('every server that has, or had, a token, or is revoked')
    .option('--json', 'one JSON document')
    .action(async ({ json = false }: JsonOption) => {
      const read = await withRoll(cli, ({ identities }) => identities.read());
      const rows = identityRows(read?.identities ?? new Map());
      const text = rows.length > 0 ? identitiesTable(rows) : 'No server has an identity.';
      cli.terminal.out(`${json ? jsonText(identitiesDocument(rows)) : text}\n`);
      end(rows.length > 0 ? ExitCode.ok : ExitCode.nothing);
    });
}

function registerRevoke(identity: Command, cli: Cli, end: EndCommand): void {
  identity
    .command('revoke')
    .description('ends what a server may report with')
    .argument('<server>', SERVER, readServerId)
    .option('--older', 'of two tokens the older one alone')
    .option('--json', 'one JSON document')
    .addHelpText('after', REVOKE_HELP)
    .action(
      async (
        server: ServerId,
        { older = false, json = false }: JsonOption & { older?: boolean },
      ) => {
        const { voided } = await withRoll(cli, ({ identities }) =>
          identities.revoke(server, older ? 'older-token' : 'everything'),
        );
        const text = revokedText(server, voided, older);
        cli.terminal.out(`${json ? jsonText({ server, older, voided }) : text}\n`);
        end(older && voided === 0 ? ExitCode.nothing : ExitCode.ok);
      },
    );
}

function registerAdmit(identity: Command, cli: Cli, end: EndCommand): void {
  identity
    .command('admit')
    .description('takes a revocation back for a server that reports with a certificate')
    .argument('<server>', SERVER, readServerId)
    .option('--json', 'one JSON document')
    .action(async (server: ServerId, { json = false }: JsonOption) => {
      const admitted = await withRoll(cli, ({ identities }) => identities.admit(server));
      const text = admittedText(server, admitted);
      cli.terminal.out(`${json ? jsonText({ server, admitted }) : text}\n`);
      end(admitted ? ExitCode.ok : ExitCode.nothing);
    });
}

const SERVER = 'server id, as AGENT_SERVER_ID, or the CN of its certificate, says it';

function readServerId(text: string): ServerId {
  if (isServerId(text)) return text;
  throw new InvalidArgumentError('A server id matches [A-Za-z0-9][A-Za-z0-9._-]{0,62}.');
}
