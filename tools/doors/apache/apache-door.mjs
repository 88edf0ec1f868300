import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../setup/install.mjs';
import { freePort } from '../../start/ports.mjs';
import { until } from '../../start/until.mjs';
import { endProcess } from '../end-process.mjs';
import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../programs.mjs';

const PAGE = join(root, 'docs/apache.md');
const DEBIANS = '/etc/apache2';
const RUNS = 'AH00489';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Debian's apache2 in a copy of Debian's configuration, where deploy/apache was installed by the commands of
 * docs/apache.md, on a port of its own. See `describeDoor`. `site` are more of the values at the top of rollcall.conf,
 * `main` directives for the main server, and `routeProgram` another program in the place of rollcall-route.pl.
 */
export async function startDoor({
  folder,
  resolvers,
  serverName,
  certificate,
  site = {},
  main = '',
  routeProgram,
}) {
  const port = await freePort();
  const installation = new Installation(folder);
  installation.run('rollcall.conf');
  installation.edit('etc/apache2/ports.conf', [[/^[^]*$/, `Listen 127.0.0.1:${port}\n${main}\n`]]);
  const values = {
    ROLLCALL_NAME: serverName,
    ROLLCALL_PORT: port,
    ROLLCALL_CERT_FILE: certificate.certFile,
    ROLLCALL_KEY_FILE: certificate.keyFile,
    ROLLCALL_RESOLVERS: `"${resolvers.join(' ')}"`,
    ...site,
  };
  installation.edit(
    'etc/apache2/sites-available/rollcall.conf',
    Object.entries(values).map(([name, value]) => [
      new RegExp(`^(Define ${name} +).*$`, 'm'),
      (_, define) => define + value,
    ]),
  );
  if (routeProgram !== undefined)
    writeFileSync(join(folder, 'etc/apache2/rollcall/rollcall-route.pl'), routeProgram);
  const door = new ApacheDoor(installation, port);
  await door.start();
  return door;
}

/** A machine's file system, as far as Debian's apache2 and docs/apache.md know it, under a folder. */
class Installation {
  constructor(folder) {
    this.folder = folder;
    for (const path of ['etc/logrotate.d', 'var/log/apache2', 'var/lib', 'run/apache2', 'lock'])
      mkdirSync(join(folder, path), { recursive: true });
    cpSync(DEBIANS, this.configuration, { recursive: true, verbatimSymlinks: true });
    // What this machine may serve is no part of the test.
    for (const name of readdirSync(join(this.configuration, 'sites-enabled')))
      rmSync(join(this.configuration, 'sites-enabled', name));
    // Apache's own user has to read the pages.
    for (const path of [dirname(folder), folder]) chmodSync(path, statSync(path).mode | 0o011);
  }

  get configuration() {
    return join(this.folder, 'etc/apache2');
  }

  get environment() {
    return {
      ...process.env,
      APACHE_CONFDIR: this.configuration,
      APACHE_STATE_DIRECTORY: join(this.folder, 'var/lib'),
      APACHE_RUN_USER: 'www-data',
      APACHE_RUN_GROUP: 'www-data',
      APACHE_PID_FILE: join(this.folder, 'run/apache2/apache2.pid'),
      APACHE_RUN_DIR: join(this.folder, 'run/apache2'),
      APACHE_LOCK_DIR: join(this.folder, 'lock'),
      APACHE_LOG_DIR: join(this.folder, 'var/log/apache2'),
    };
  }

  /** Runs the one block of commands on the page in which this is mentioned. */
  run(mark) {
    const fences = readFileSync(PAGE, 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm);
    const blocks = [...fences].map(([, text]) => text).filter((text) => text.includes(mark));
    if (blocks.length !== 1) throw new Error(`${PAGE}: ${blocks.length} blocks with ${mark}`);
    execFileSync('bash', ['-ec', this.#moved(blocks[0]).replaceAll('sudo ', '')], {
      cwd: root,
      env: { ...this.environment, PATH: `${process.env.PATH}:/usr/sbin` },
      stdio: 'pipe',
    });
  }

  /** Edits a file, whose paths are under the folder from then on. What is not found there is an error. */
  edit(name, changes) {
    const file = join(this.folder, name);
    const edited = changes.reduce(
      (text, [from, to]) => {
        if (text.search(from) < 0) throw new Error(`${name} has no ${from}`);
        return text.replace(from, to);
      },
      this.#moved(readFileSync(file, 'utf8')),
    );
    writeFileSync(file, edited);
  }

  read(name) {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  #moved(text) {
    const ours = /(?<![\w.-])\/(?=(?:etc\/(?:apache2|logrotate\.d)|var\/log)\/)/g;
    return text.replace(ours, `${this.folder}/`);
  }
}

class ApacheDoor {
  #installation;
  #process;
  /** What Apache has said about its configuration. */
  said = '';

  constructor(installation, port) {
    this.#installation = installation;
    this.port = port;
  }

  get folder() {
    return this.#installation.folder;
  }

  async start() {
    await this.#check();
    this.#process = this.#spawn('-DFOREGROUND');
    const hasEnded = () => this.#process.exitCode !== null;
    await until(() => this.#starts > 0 || hasEnded(), START_TIMEOUT_MS);
    if (this.#starts > 0 && !hasEnded()) return;
    await this.stop();
    throw new Error(`apache2 did not start: ${this.said}${this.errorLog()}`);
  }

  /** What `apachectl configtest` does. */
  async #check() {
    const checking = this.#spawn('-t');
    const [code] = await once(checking, 'close');
    if (code !== 0) throw new Error(`apache2 does not take its configuration: ${this.said}`);
  }

  #spawn(...args) {
    const { configuration, environment } = this.#installation;
    const where = ['-d', configuration, '-f', join(configuration, 'apache2.conf')];
    const spawned = spawn(programFile(PROGRAMS.apache), [...where, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [spawned.stdout, spawned.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.said += text));
    return spawned;
  }

  /** How often it has begun to serve, anew or again. */
  get #starts() {
    return this.errorLog().split(RUNS).length - 1;
  }

  get pid() {
    return this.#process.pid;
  }

  accessLog() {
    return this.#logs(/access\.log$/);
  }

  errorLog() {
    return this.#logs(/error\.log$/);
  }

  /** Our logs and those of the main server. */
  #logs(names) {
    return ['var/log/rollcall-door', 'var/log/apache2']
      .flatMap((path) => readdirSync(join(this.folder, path)).map((name) => join(path, name)))
      .filter((name) => names.test(name))
      .map((name) => this.#installation.read(name))
      .join('');
  }

  /** A graceful restart: what `systemctl reload apache2` does. */
  async reload() {
    const before = this.#starts;
    this.#process.kill('SIGUSR1');
    if (!(await until(() => this.#starts > before, START_TIMEOUT_MS)))
      throw new Error('apache2 did not restart');
  }

  async stop() {
    if (this.#process) await endProcess(this.#process, STOP_TIMEOUT_MS);
  }
}
