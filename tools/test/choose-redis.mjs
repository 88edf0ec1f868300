import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import {
  HOW_TO_GET_REDIS,
  canInstallRedisServer,
  findRedisServer,
  installRedisServer,
} from '../setup/redis.mjs';

const IMAGE_FILE = join(root, 'libs/testing/src/redis/redis-image.json');
const PROBE = join(root, 'tools/test/probe-containers.mjs');
const PROBE_TIMEOUT_MS = 120_000;

/** Decides where integration tests get their Redis: containers if they work, else a program. */
export async function chooseRedis(environment = process.env) {
  const wanted = environment.TEST_REDIS;
  if (wanted && wanted !== 'containers' && wanted !== 'process') {
    throw new Error(`TEST_REDIS must be "containers" or "process", not "${wanted}".`);
  }
  const image = environment.TEST_REDIS_IMAGE || JSON.parse(readFileSync(IMAGE_FILE, 'utf8')).image;
  let refusal;
  if (wanted !== 'process') {
    refusal = await probeContainers(image);
    if (!refusal) return announce(containers(image));
    if (wanted) throw new Error(`TEST_REDIS=containers, but ${image} did not start: ${refusal}`);
  }
  const binary = await findProgram();
  if (!binary) {
    const whyNot = refusal ? `, and ${image} did not start (${refusal})` : '';
    throw new Error(
      `Integration tests need a Redis: no program was found${whyNot}. ${HOW_TO_GET_REDIS}`,
    );
  }
  return announce(program(binary, refusal));
}

/** The program that tests of Sentinels and Clusters start; without one its sentence says that they are not run. */
export async function chooseProgram() {
  const binary = await findProgram();
  if (binary)
    return { ...program(binary), sentence: `Sentinels and Clusters for tests: ${binary}` };
  return {
    sentence:
      'Sentinels and Clusters were not tested: install redis-server or valkey-server 7.0 or newer.',
  };
}

/** The environment of whoever starts that program where nothing else serves, as its process is watched or meddled with. */
export async function redisProgramEnvironment() {
  const binary = await findProgram();
  if (!binary) throw new Error(`No redis-server was found. ${HOW_TO_GET_REDIS}`);
  return program(binary).environment;
}

function announce(choice) {
  console.log(choice.sentence);
  return choice;
}

function containers(image) {
  return {
    sentence: `Redis for integration tests: the image ${image}, through testcontainers`,
    environment: { TEST_REDIS_KIND: 'containers', TEST_REDIS_IMAGE: image },
  };
}

function program(binary, refusal) {
  const because = refusal ? ` (no containers: ${refusal})` : '';
  return {
    sentence: `Redis for integration tests: ${binary}, started by the tests${because}`,
    environment: { TEST_REDIS_KIND: 'process', TEST_REDIS_BIN: binary },
  };
}

async function findProgram() {
  const named = process.env.TEST_REDIS_BIN || findRedisServer();
  if (named) return named;
  return canInstallRedisServer() ? installRedisServer() : undefined;
}

/** Starts and removes one container in a process of its own; resolves to what went wrong, if anything. */
function probeContainers(image) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROBE, image], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    const timer = setTimeout(() => {
      complaint = `no answer within ${PROBE_TIMEOUT_MS / 1000} s`;
      child.kill('SIGKILL');
    }, PROBE_TIMEOUT_MS);
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : firstLine(complaint));
    });
  });
}

function firstLine(text) {
  return text.trim().split('\n')[0] || 'it did not say why';
}
