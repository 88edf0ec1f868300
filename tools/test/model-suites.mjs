import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const JEST = join(root, 'node_modules/jest/bin/jest.js');

/** Where the model is played, and how often by `npm run test:model`. */
export const MODEL_SUITES = {
  memory: { config: 'libs/testing/jest.config.cjs', file: 'model/model.spec', runs: 100_000 },
  redis: {
    config: 'libs/session-store/jest.integration.config.cjs',
    file: 'model.integration',
    runs: 1_000,
  },
};

/** Seeds are below it. */
export const MODEL_SEEDS = 2 ** 31;

/** What plays one of them: arguments of Node, and what its environment has besides. */
export function modelCommand({ config, file }, { seed, runs }) {
  return {
    args: [JEST, '-c', config, file],
    env: { MODEL_SEED: String(seed), MODEL_RUNS: String(runs) },
  };
}
