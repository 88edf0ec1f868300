// Stands in for the dcv program of a DCV server: node stand-in-dcv.mjs <control file> list-sessions -j
// The control file says what to do; every call leaves a line of JSON beside it, in <control file>.calls.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LONGER_THAN_ANY_TEST_MS = 60_000;

const agent = process.ppid;
const [controlFile, ...args] = process.argv.slice(2);
const { mode, sessions, delayMs = 0 } = JSON.parse(readFileSync(controlFile, 'utf8'));
const listing = JSON.stringify(sessions);

function note(call) {
  appendFileSync(`${controlFile}.calls`, `${JSON.stringify(call)}\n`);
}

/** Until it is killed; a killed agent leaves no orphan behind. */
function hang() {
  setInterval(() => process.ppid === agent || process.exit(1), 100);
  setTimeout(() => process.exit(1), LONGER_THAN_ANY_TEST_MS);
}

function startChild() {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], {
    stdio: 'inherit',
  });
  note({ child: child.pid });
}

function stdinIsEmpty() {
  return readSync(0, Buffer.alloc(1)) === 0;
}

const modes = {
  ok: () => process.stdout.write(listing),
  slow: async () => {
    await delay(delayMs);
    process.stdout.write(listing);
  },
  fail: () => {
    process.stderr.write('no DCV server\u001b[31m is running here\n');
    process.exitCode = 1;
  },
  'ok-but-code-2': () => {
    process.stdout.write(listing);
    process.exitCode = 2;
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  hang,
  'hang-with-a-child': () => {
    startChild();
    hang();
  },
  'leave-a-child': () => {
    startChild();
    process.stdout.write(listing, () => process.exit(0));
  },
  text: () => process.stdout.write("Session: 'console' (owner:ubuntu type:console)\n"),
  truncated: () => process.stdout.write(listing.slice(0, -3)),
  huge: () => process.stdout.write(`[${' '.repeat(3 * 1_048_576)}]`),
  noisy: () => {
    process.stderr.write('a warning\n'.repeat(50_000), () => process.stdout.write(listing));
  },
  endless: () => {
    hang();
    setInterval(() => process.stderr.write('a warning\n'.repeat(1_000)), 1);
  },
};

note({ args, pid: process.pid, stdinIsEmpty: stdinIsEmpty() });
await modes[mode]();
