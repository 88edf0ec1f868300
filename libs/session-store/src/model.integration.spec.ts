import { describeModel, redisSite } from '@rollcall/testing/model';
import { RedisSessionStore } from './redis-session-store';

const ROLL = { keyPrefix: 'rollcall', roll: 'main' };

describeModel(
  'Redis',
  () => redisSite((redis, policy) => new RedisSessionStore(redis, ROLL, policy)),
  {
    runs: 300,
    jumps: 10,
    command: 'npx jest -c libs/session-store/jest.integration.config.cjs model.integration',
  },
);
