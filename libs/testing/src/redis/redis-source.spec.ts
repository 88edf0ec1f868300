import { image } from './redis-image.json';
import { redisSource } from './redis-source';

describe('where a test’s Redis comes from', () => {
  it('is the program that the runner found', () => {
    const environment = { TEST_REDIS_KIND: 'process', TEST_REDIS_BIN: '/opt/valkey-server' };
    expect(redisSource(environment)).toEqual({ kind: 'process', binary: '/opt/valkey-server' });
  });

  it('is the pinned image when containers are wanted', () => {
    expect(redisSource({ TEST_REDIS: 'containers' })).toEqual({ kind: 'containers', image });
  });

  it('is another image when one is named', () => {
    const environment = { TEST_REDIS: 'containers', TEST_REDIS_IMAGE: 'redis:8' };
    expect(redisSource(environment)).toEqual({ kind: 'containers', image: 'redis:8' });
  });

  it('is an image when nobody chose and no program is on the PATH', () => {
    expect(redisSource({ PATH: '/nowhere' })).toEqual({ kind: 'containers', image });
  });

  it('is an error that names the cure when a program is wanted and there is none', () => {
    expect(() => redisSource({ TEST_REDIS: 'process', PATH: '/nowhere' })).toThrow(
      'apt-get install redis-server',
    );
  });

  it('is an error when the choice is unknown', () => {
    expect(() => redisSource({ TEST_REDIS: 'memory' })).toThrow('not "memory"');
  });
});
