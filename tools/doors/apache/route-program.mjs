import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../setup/install.mjs';

const PROGRAM = join(root, 'deploy/apache/rollcall-route.pl');
/** Debian's Perl without what its package `perl` adds to `perl-base`. */
const BASE_ONLY = 'BEGIN { @INC = grep { /perl-base/ } @INC } $0 = shift; do $0; die $@ if $@';

/** The RewriteMap program, with a test in the place of Apache. */
export class RouteProgram {
  #process;
  #lines;
  stderr = '';

  constructor(resolvers) {
    this.#process = spawn('perl', ['-e', BASE_ONLY, PROGRAM, ...resolvers]);
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.#process.stdin.on('error', () => undefined);
    this.ended = once(this.#process, 'close').then(([code]) => code);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#process.pid;
  }

  write(text) {
    this.#process.stdin.write(text);
  }

  /** The next lines that come out. */
  async read(count) {
    const lines = [];
    while (lines.length < count) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the program ended after ${lines.length} lines: ${this.stderr}`);
      lines.push(value);
    }
    return lines;
  }

  async ask(id) {
    this.write(`${id}\n`);
    return (await this.read(1))[0];
  }

  /** Closes its input; resolves to what it still says, and its exit code. */
  async end() {
    this.#process.stdin.end();
    const rest = [];
    for await (const line of this.#lines) rest.push(line);
    return { rest, code: await this.ended };
  }
}

/** Runs the program to its end without input. */
export async function runRouteProgram(...args) {
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const [code] = await once(child, 'close');
  return { code, ...said };
}
