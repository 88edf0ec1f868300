import type { DoorAddress } from '@rollcall/domain';
import { Argument, type Command } from 'commander';
import { ExitCode, type EndCommand } from '../exit-codes';
import { helpText } from '../help-text';
import { jsonText } from '../output/json-text';
import { visible } from '../output/visible-text';
import { exitCodeOf } from '../resolve/gateway-answer';
import { resolveText } from '../resolve/resolve.text';
import type { Cli } from '../roll/roll';
import { readClientAddress, readGateway, readProxy, readUser } from './connect-arguments';
import { connectDocument, connectText } from './connect.text';
import { makeConnection, type Connection } from './make-connection';

interface ConnectOptions {
  readonly user: string;
  readonly gateway?: DoorAddress;
  readonly proxy?: DoorAddress;
  readonly client?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

const HELP = helpText({
  notes: [
    'Makes a connection token for a session that resolves, and prints it in links. The',
    'token lets its user into that session of that server, as often as wanted, until',
    'TOKEN_TTL_MS are over, the session ends, or `rollcall revoke`. The DCV server asks',
    'a resolver about it: its auth-token-verifier must lead there.',
    '',
    'Behind a gateway or proxy the DCV server may see that one instead of the client:',
    'then it refuses the token of --client. While --open starts the browser, the link',
    "is in this machine's process list, where others who work on it can read it.",
    '',
    'Without --gateway and --proxy the links are those of CONNECT_GATEWAY and',
    'CONNECT_PROXY. With --json a session that does not resolve is the document that',
    '`rollcall resolve --json` prints.',
  ],
  examples: [
    ['rollcall connect gpu-1~console --user alice --gateway gw.example.com', 'through port 8443'],
    [
      'rollcall connect design --user alice --proxy desk.example.com --open',
      'through port 443, at once',
    ],
    [
      "rollcall connect gpu-7~console --user 'CORP\\alice'",
      'a user of a Windows domain; with CONNECT_GATEWAY or CONNECT_PROXY set',
    ],
    ['rollcall connect design --user alice --json | jq -r .links.browser', 'for portals'],
  ],
  ok: 'there are links',
  nothing: 'the session is not found (404), or its id does not fit into a link',
  usage: 'wrong usage, an id that is none (400), or no gateway and no proxy is known',
  unavailable: 'the roll is still being called, or the session store does not answer (503)',
});

export function registerConnect(program: Command, cli: Cli, end: EndCommand): void {
  program
    .command('connect')
    .description('makes the links that open a session for a user')
    .addArgument(new Argument('<id>', 'public id: <server>~<session>, or <session> alone'))
    .requiredOption('--user <name>', 'who is let in, as the host knows the user', readUser)
    .option('--gateway <host:port>', 'links through this Connection Gateway', readGateway)
    .option('--proxy <host:port>', 'a link through this nginx or Apache', readProxy)
    .option(
      '--client <address>',
      'lets in this address only, as the DCV server sees it',
      readClientAddress,
    )
    .option('--open', 'also opens the link in the browser of this machine; see below')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(async (id: string, { json = false, open = false, ...options }: ConnectOptions) => {
      const { user, client: clientAddress, gateway, proxy } = options;
      const wish = { id, user, clientAddress, doors: { gateway, proxy } };
      const outcome = await makeConnection(cli, wish);
      if (outcome.kind === 'refused') {
        const { answer } = outcome;
        cli.terminal.out(`${json ? jsonText(answer) : resolveText(answer)}\n`);
        return end(exitCodeOf(answer));
      }
      tell(cli, outcome.connection, json);
      if (open) await openLink(cli, outcome.connection);
      end(ExitCode.ok);
    });
}

function tell({ terminal }: Cli, connection: Connection, json: boolean): void {
  if (json) {
    terminal.out(`${jsonText(connectDocument(connection))}\n`);
    return;
  }
  terminal.out(`${connectText(connection)}\n`);
  terminal.err(`rollcall: whoever has a link gets in as ${visible(connection.user)}\n`);
}

async function openLink(cli: Cli, { links }: Connection): Promise<void> {
  const link = links.browser ?? links.proxy;
  if (link !== undefined && (await cli.openLink(link))) return;
  cli.terminal.err('rollcall: no browser could be started here: open the link yourself\n');
}
