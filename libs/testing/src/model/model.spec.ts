import { inMemorySite } from './in-memory-site';
import { describeModel } from './model.suite';

describeModel('the in-memory store', inMemorySite, {
  runs: 10_000,
  jumps: 1_000,
  command: 'npx jest -c libs/testing/jest.config.cjs model/model.spec',
});
