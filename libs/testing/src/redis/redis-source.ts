import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { image as pinnedImage } from './redis-image.json';

/** Where a test's Redis comes from: a program on this machine or an image. */
export type RedisSource =
  { kind: 'process'; binary: string } | { kind: 'containers'; image: string };

/** Reads the choice that the test runner or the caller made; without one, a program on the PATH wins. */
export function redisSource(environment: NodeJS.ProcessEnv = process.env): RedisSource {
  const image = environment.TEST_REDIS_IMAGE || pinnedImage;
  const wanted = environment.TEST_REDIS_KIND || environment.TEST_REDIS;
  if (wanted && wanted !== 'containers' && wanted !== 'process') {
    throw new Error(`TEST_REDIS must be "containers" or "process", not "${wanted}".`);
  }
  if (wanted === 'containers') return { kind: 'containers', image };
  const binary = environment.TEST_REDIS_BIN || onPath(environment.PATH ?? '');
  if (binary) return { kind: 'process', binary };
  if (wanted === 'process') {
    throw new Error(
      'There is no redis-server or valkey-server on the PATH. Install one (on Debian: apt-get install redis-server) or name it in TEST_REDIS_BIN.',
    );
  }
  return { kind: 'containers', image };
}

/** A program on this machine, for what takes several servers that know each other's addresses. */
export function redisProgram(environment: NodeJS.ProcessEnv = process.env): string {
  const binary = environment.TEST_REDIS_BIN || onPath(environment.PATH ?? '');
  if (binary) return binary;
  throw new Error(
    'Sentinel and Cluster are tested with processes of this machine, also where other tests use containers, and there is no redis-server or valkey-server on the PATH. Install one (on Debian: apt-get install redis-server) or name it in TEST_REDIS_BIN.',
  );
}

function onPath(path: string): string | undefined {
  return ['redis-server', 'valkey-server']
    .flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}
