import { failedLookups, LIVE_KINDS } from '../history/outage-figures.mjs';
import { isFound, lookupsOf, lookupsOfKind } from '../history/queries.mjs';

const EVERY_MS = 3;
const AMONG_OTHERS_MS = 2_000;

/** Whoever asks keeps its connections, and passes over a resolver that takes none. */
export default {
  id: 'F28',
  title: 'two resolvers are replaced under load, one after the other',
  core: false,
  bars: ['F28 failed', 'not answered while live'],
  async run(context) {
    await context.arrange({ hosts: 3, resolvers: 2, everyMs: EVERY_MS });
    const from = context.now();
    for (const leaving of context.random.shuffled(context.site.resolvers)) {
      const serving = () => context.site.resolvers.filter(({ isRunning }) => isRunning);
      context.traffic.through(serving(), { passesOver: true });
      await context.pass(AMONG_OTHERS_MS);
      await replace(context, leaving);
      context.traffic.through(serving(), { passesOver: true });
    }
    const records = await context.conclude();

    context.measure('F28 failed', failedLookups(records, from).length);
    const gaps = lookupsOfKind(records, LIVE_KINDS, { from }).filter((one) => !isFound(one));
    context.measure('not answered while live', gaps.length);
  },
};

async function replace(context, leaving) {
  const { site } = context;
  const answered = (span) =>
    lookupsOf(context.records, undefined, span).filter((one) => one.resolver === leaving.name);
  let code;
  const startedAt = context.now();
  await context.fault(`${leaving.name} is stopped under load`, {
    effect: { kind: 'resolver', resolver: leaving.name, state: 'stopped' },
    act: async () => (code = await leaving.stop()),
    proof: () => code === 0 && answered({ from: startedAt - AMONG_OTHERS_MS }).length > 0,
  });
  await context.pass(AMONG_OTHERS_MS);
  await context.heal('another takes its place', {
    act: () => site.startResolver(),
    proof: async () => {
      const heir = site.resolvers.at(-1);
      await context.until('it is ready', () => heir.answers('/health/ready'));
      return true;
    },
  });
}
