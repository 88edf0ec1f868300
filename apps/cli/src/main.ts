import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openerFor, startOpener } from './connect/open-link';
import { openRoll } from './roll/open-roll';
import { rollcall } from './rollcall';
import { processTerminal } from './terminal';

const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  version: string;
};

// Whoever reads the output may stop reading (`| head`): that is an end like any other.
process.stdout.on('error', () => process.exit());

void rollcall(process.argv.slice(2), version, {
  terminal: processTerminal(),
  openRoll: () => openRoll(process.env),
  pause: (durationMs, signal) => delay(durationMs, undefined, { signal }).catch(() => undefined),
  openLink: (link) => startOpener(openerFor(link, process.platform)),
}).then((exitCode) => {
  process.stdout.write('', () => process.exit(exitCode));
});
