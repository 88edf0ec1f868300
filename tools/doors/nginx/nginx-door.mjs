import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { root } from '../../setup/install.mjs';
import { freePort } from '../../start/ports.mjs';
import { until } from '../../start/until.mjs';
import { endProcess } from '../end-process.mjs';
import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../programs.mjs';

const PAGE = join(root, 'docs/nginx.md');
/** The one that operators edit. */
export const SITE_FILE = 'etc/nginx/conf.d/rollcall.conf';
const RESOLVERS = /^( {4}server [\d.:]+ max_fails=0;\n)+/m;
const FOLDERS = ['etc/nginx/conf.d', 'etc/logrotate.d', 'etc/ssl', 'var/log/nginx', 'run'];
/** Where paths begin that the page and the shipped files name. */
const MOVED_PATHS = /(?<![\w.-])\/(?=(?:etc\/(?:nginx|logrotate\.d|ssl)|var\/log|run)\/)/g;
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
/** What nginx logs of each worker. */
const STARTED = 'start worker process ';
const STOPPING = 'gracefully shutting down';
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Debian's nginx with the files in deploy/nginx, installed by the commands of docs/nginx.md, on a port of its own. See
 * `describeDoor`. `site` edits rollcall.conf further, and `main` nginx.conf, as pairs of what stands there and what is
 * to stand there; with `isKept`, connections to hosts are kept.
 */
export async function startDoor({ folder, resolvers, serverName, certificate, ...options }) {
  const { site = [], main = [], isKept = false } = options;
  const port = await freePort();
  const installation = new Installation(folder);
  if (isKept) installation.run('hosts-keepalive.conf');
  installation.edit(SITE_FILE, [
    [RESOLVERS, resolvers.map(upstreamServer).join('')],
    [/^( +server_name) .*;$/gm, `$1 ${serverName};`],
    [/^( +ssl_certificate) .*;$/gm, `$1 ${certificate.certFile};`],
    [/^( +ssl_certificate_key) .*;$/gm, `$1 ${certificate.keyFile};`],
    ...listenAt('127.0.0.1', port),
    ...site,
  ]);
  installation.edit('etc/nginx/nginx.conf', [...(isKept ? [withLua()] : []), ...main]);
  const door = new NginxDoor(installation, port);
  await door.start();
  return door;
}

/** A machine's file system, as far as nginx and docs/nginx.md are concerned, under a folder. */
export class Installation {
  #folder;

  /** Installed as the page says. */
  constructor(folder) {
    this.#folder = folder;
    for (const name of FOLDERS) mkdirSync(this.path(name), { recursive: true });
    cpSync('/etc/nginx/mime.types', this.path('etc/nginx/mime.types'));
    writeFileSync(this.path('etc/nginx/nginx.conf'), debianConfiguration(folder));
    this.run('cp -r deploy/nginx/rollcall');
    this.run('worker_connections 16384');
  }

  path(name) {
    return join(this.#folder, name);
  }

  /** Runs the one block of commands on the page in which this is mentioned. */
  run(mark) {
    const fences = readFileSync(PAGE, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm);
    const blocks = [...fences].map(([, text]) => text).filter((text) => text.includes(mark));
    if (blocks.length !== 1) throw new Error(`${PAGE}: ${blocks.length} blocks with ${mark}`);
    let commands = this.#moved(blocks[0]).replaceAll('sudo ', '');
    if (process.getuid() !== 0) commands = commands.replaceAll(' -o www-data -g adm', '');
    const strange = commands.match(/(?<=\s)\/\S+/g).find((path) => !path.startsWith(this.#folder));
    if (strange) throw new Error(`${PAGE}: the commands with ${mark} would touch ${strange}`);
    execFileSync('bash', ['-ec', commands], { cwd: root, stdio: 'pipe' });
    for (const name of readdirSync(this.path('etc'), { recursive: true }))
      if (statSync(this.path(`etc/${name}`)).isFile()) this.edit(`etc/${name}`, []);
  }

  /** Edits a file, whose paths are under the folder from then on. What is not found there is an error. */
  edit(name, changes) {
    const edited = changes.reduce(
      (text, [from, to]) => {
        if (text.search(from) < 0) throw new Error(`${name} has no ${from}`);
        return text.replace(from, to);
      },
      readFileSync(this.path(name), 'utf8'),
    );
    writeFileSync(this.path(name), this.#moved(edited));
  }

  #moved(text) {
    return text.replace(MOVED_PATHS, (slash) => `${this.#folder}${slash}`);
  }
}

/** Edits of rollcall.conf: nobody but this machine is listened to, by IPv6 as well where it has that. */
export function listenAt(address, port) {
  const ipv6 = hasIpv6() ? `    listen [::1]:${port} $1;\n` : '';
  return [
    [/listen 443 /g, `listen ${address}:${port} `],
    [/^ +listen \[::\]:443 (.*);\n/gm, ipv6],
  ];
}

/** Loads the Lua module, as its package has it done. */
function withLua() {
  const lua = programFile(PROGRAMS.nginxLua);
  const files = [lua.replace('ngx_http_lua', 'ndk_http'), lua];
  return [/^/, files.map((file) => `load_module ${file};\n`).join('')];
}

const upstreamServer = (url) => `    server ${new URL(url).host} max_fails=0;\n`;

/** Whether this machine can reach itself by IPv6. */
export function hasIpv6() {
  return Object.values(networkInterfaces())
    .flat()
    .some(({ address }) => address === '::1');
}

/** What Debian's nginx.conf comes to, with its traps: its own access log, old TLS, gzip. */
function debianConfiguration(folder) {
  return `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log notice;
events {
	worker_connections 768;
}
http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	include mime.types;
	default_type application/octet-stream;
	ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
	ssl_prefer_server_ciphers on;
	access_log /var/log/nginx/access.log;
	gzip on;
${TEMPORARY.map((name) => `	${name}_temp_path ${folder}/run/${name};`).join('\n')}
	include /etc/nginx/conf.d/*.conf;
}
`;
}

class NginxDoor {
  #installation;
  #process;
  #said = '';

  constructor(installation, port) {
    this.#installation = installation;
    this.port = port;
  }

  async start() {
    const configuration = this.#installation.path('etc/nginx/nginx.conf');
    const args = ['-c', configuration, '-g', 'daemon off;'];
    this.#process = spawn(programFile(PROGRAMS.nginx), args, {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.#said += text));
    const hasEnded = () => this.#process.exitCode !== null;
    const isServing = () => this.#timesLogged(STARTED) > 0;
    await until(() => isServing() || hasEnded(), START_TIMEOUT_MS);
    if (!isServing() || hasEnded())
      throw new Error(`nginx did not start: ${this.#said}${this.errorLog()}`);
  }

  /** How often nginx has said so. */
  #timesLogged(what) {
    return this.errorLog().split(what).length - 1;
  }

  accessLog() {
    return this.#read('rollcall-door/access.log') + this.#read('nginx/access.log');
  }

  errorLog() {
    return this.#read('rollcall-door/error.log') + this.#read('nginx/error.log');
  }

  #read(name) {
    const file = this.#installation.path(`var/log/${name}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** As `systemctl reload nginx` does it; resolves when no old worker takes connections any more. */
  async reload() {
    const workers = this.#timesLogged(STARTED);
    this.#process.kill('SIGHUP');
    if (!(await until(() => this.#timesLogged(STOPPING) >= workers, START_TIMEOUT_MS)))
      throw new Error(`nginx did not reload: ${this.errorLog()}`);
  }

  async stop() {
    if (this.#process) await endProcess(this.#process, STOP_TIMEOUT_MS);
  }
}
