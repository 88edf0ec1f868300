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

function onPath(path: string): string | undefined {
  return ['redis-server', 'valkey-server']
    .flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}
