import { playModel } from '../actions/model.mjs';
import { MODEL_SUITES } from '../../test/model-suites.mjs';

export default {
  id: 'F26',
  title: 'a report arrives between the check and the eviction: the model, on a real Redis',
  core: false,
  history: false,
  withoutReconcilers: false,
  bars: ['F26 interleavings', 'model violations'],
  async run(context) {
    const { interleavings, broken } = await playModel(context, MODEL_SUITES.redis, {
      tests: 'any \\d+',
    });
    context.measure('F26 interleavings', interleavings);
    context.measure('model violations', broken.length);
  },
};
