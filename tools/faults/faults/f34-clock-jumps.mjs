import { playModel } from '../actions/model.mjs';
import { MODEL_SUITES } from '../../test/model-suites.mjs';

/** The suite plays one jump in so many interleavings. */
const INTERLEAVINGS_PER_JUMP = { memory: 10, redis: 30 };
const JUMPS = { memory: 1_000, redis: 100 };

export default {
  id: 'F34',
  title: 'Redis’s clock jumps by up to 30 s: the model, with the scripts on its time',
  core: false,
  history: false,
  withoutReconcilers: false,
  bars: ['F34 jumps', 'model violations'],
  async run(context) {
    const played = [];
    for (const name of ['memory', 'redis']) {
      const runs = JUMPS[name] * INTERLEAVINGS_PER_JUMP[name];
      played.push(await playModel(context, MODEL_SUITES[name], { tests: 'F34', runs }));
    }
    context.measure('F34 jumps', Math.min(...played.map(({ interleavings }) => interleavings)));
    context.measure('model violations', played.flatMap(({ broken }) => broken).length);
  },
};
