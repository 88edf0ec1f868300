import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pingRedis } from '../setup/ping-redis.mjs';
import {
  HOW_TO_GET_REDIS,
  canInstallRedisServer,
  findRedisServer,
  installRedisServer,
  redisServerVersion,
} from '../setup/redis.mjs';
import { shown, stateDir } from './paths.mjs';
import { freePort } from './ports.mjs';
import { STAGE, lastWords, logPath } from './supervisor.mjs';
import { until } from './until.mjs';

const HOST = '127.0.0.1';
const STANDALONE = 'standalone';
const IMAGE = 'valkey/valkey:8';
const PORT_IN_CONTAINER = 6379;
const ENGINE_TIMEOUT_MS = 5_000;
const READY_TIMEOUT_MS = 30_000;
const DATA_FLAGS = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];

/**
 * Finds a Redis or brings one, the first way that works. Resolves to its `url`, to `told`, a sentence on the choice,
 * and to `given`, whether it is the user's. `tell` says what is being tried.
 */
export async function bringRedis(supervisor, environment, tell) {
  const mode = environment.REDIS_MODE || STANDALONE;
  if (mode !== STANDALONE)
    throw new Error(
      `npm start runs on a standalone Redis. For REDIS_MODE=${mode} start the apps themselves, as the README says.`,
    );
  if (environment.REDIS_URL) return givenRedis(environment);
  const program = findRedisServer();
  if (program) return startProgram(supervisor, program, 'on the PATH');

  const { redis, refusal } = await startContainer(supervisor, tell);
  if (redis) return redis;

  if (canInstallRedisServer()) {
    tell('installing redis-server (apt-get)');
    const installed = await installRedisServer((command, args, { env }) =>
      supervisor.task('apt-get', command, args, { env }),
    );
    if (installed) return startProgram(supervisor, installed, 'installed with apt-get');
  }
  throw new Error(
    `No Redis: none is on the PATH, ${refusal}, and the distribution's package could not be had. ` +
      `${HOW_TO_GET_REDIS} Or set REDIS_URL.`,
  );
}

async function givenRedis(environment) {
  const problem = await pingRedis(environment.REDIS_URL, environment);
  if (problem) throw new Error(`The Redis that REDIS_URL names does not answer: ${problem}.`);
  const { host } = new URL(environment.REDIS_URL);
  return { url: environment.REDIS_URL, given: true, told: `${host}, from REDIS_URL` };
}

async function startProgram(supervisor, program, where) {
  const version = redisServerVersion(program);
  const data = dataFolder(`${basename(program, '-server')}-${/^\d+\.\d+/.exec(version)}`);
  const port = await freePort();
  const args = ['--port', String(port), '--bind', HOST, '--daemonize', 'no', '--dir', data];
  const service = supervisor.service('redis', STAGE.redis, program, [...args, ...DATA_FLAGS], {
    env: process.env,
  });
  if (!(await answers(port, service))) {
    throw new Error(`${program} did not get ready. ${lastWords('redis')}`);
  }
  return started(port, `${program} ${version}, ${where}`);
}

async function startContainer(supervisor, tell) {
  const engine = await docker('info', '--format', '{{.ServerVersion}} {{.SecurityOptions}}');
  if (!engine) return { refusal: 'Docker does not answer' };
  if (!(await docker('image', 'inspect', '--format', '{{.Id}}', IMAGE))) {
    tell(`pulling ${IMAGE} (Docker)`);
    const code = await supervisor.task('docker-pull', 'docker', ['pull', '--quiet', IMAGE]);
    if (code !== 0) return { refusal: `${IMAGE} could not be pulled` };
  }
  tell(`starting ${IMAGE} (Docker)`);
  const container = `rollcall-redis-${randomBytes(4).toString('hex')}`;
  const data = dataFolder('valkey-8-docker');
  const port = await freePort();
  // In a rootless engine root is the user who runs it.
  const user = engine.includes('rootless') ? '0:0' : `${process.getuid()}:${process.getgid()}`;
  const args = dockerRun({ container, user, port, data });
  const service = supervisor.service('redis', STAGE.redis, 'docker', args, {
    env: process.env,
    container,
    vital: false,
  });
  if (await answers(port, service)) {
    service.vital = true;
    return { redis: started(port, `${IMAGE}, in Docker`) };
  }
  await supervisor.retire(service);
  return { refusal: `${IMAGE} did not start in Docker (${shown(logPath('redis'))})` };
}

function dockerRun({ container, user, port, data }) {
  const publish = `${HOST}:${port}:${PORT_IN_CONTAINER}`;
  const run = ['run', '--rm', '--name', container, '--publish', publish];
  const files = ['--volume', `${data}:/data:z`, '--user', user, '--entrypoint', 'valkey-server'];
  const reachable = ['--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/data'];
  return [...run, ...files, IMAGE, ...reachable, ...DATA_FLAGS];
}

/** What a short docker command says; nothing when it fails or does not end. */
function docker(...args) {
  return new Promise((resolve) => {
    execFile('docker', args, { timeout: ENGINE_TIMEOUT_MS }, (error, stdout) =>
      resolve(error ? '' : stdout.trim()),
    );
  });
}

/** Waits until a Redis that was just started answers; resolves to whether it did, before it ended. */
async function answers(port, service) {
  let ended = false;
  void service.ended.then(() => (ended = true));
  let ready = false;
  const settled = async () => ended || (ready = !(await pingRedis(`redis://${HOST}:${port}`, {})));
  await until(settled, READY_TIMEOUT_MS);
  return ready && !ended;
}

/** Each program and version has a folder of its own: none can read what a later one has written. */
function dataFolder(name) {
  const folder = join(stateDir, 'redis', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function started(port, what) {
  return { url: `redis://${HOST}:${port}`, given: false, told: `${what}, at ${HOST}:${port}` };
}
