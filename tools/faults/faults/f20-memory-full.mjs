import { refusesWrites } from '../actions/store.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { isFound, lookupsOf } from '../history/queries.mjs';
import { until } from '../../start/until.mjs';

const NO_LIMIT = '0';
/** Less than Redis needs when it is empty, so that nothing it frees meanwhile lets a report in. */
const NO_ROOM = '512kb';
const FULL_FOR_MS = 5_000;
const LOOKED_WITHIN_MS = 10_000;

const isFull = (client) => refusesWrites(client, 'OOM');

const full = {
  id: 'F20a',
  title: 'Redis’s memory is full',
  core: true,
  bars: [
    'not answered while live',
    'not found while live',
    'servers lost',
    'F20 refused',
    'F20 new',
  ],
  async run(context) {
    const [host] = context.random.shuffled(await context.arrange({ hosts: 3 }));
    const client = context.site.store.client();
    // A report with any change is refused: whoever comes and goes would be judged by what nobody can know.
    context.churn.stop();
    await context.pass(context.profile.back);
    await context.fault('the memory is full', {
      act: () => client.config('SET', 'maxmemory', NO_ROOM),
      proof: () => isFull(client),
    });
    const [, fullAt] = lastStep(context);
    await context.step(`${host.id} opens a session`, { act: () => host.open('late-comer') });
    context.traffic.ask('refused', ['late-comer', `${host.id}~late-comer`]);
    await context.pass(FULL_FOR_MS);
    const refused = await host.agent.metric('rollcall_reports_total', { outcome: 'refused' });
    const unavailable = await host.agent.metric('rollcall_reports_total', {
      outcome: 'unavailable',
    });
    await context.step('it closes it again', { act: () => host.close('late-comer') });
    await context.pass(2 * context.profile.interval);
    await context.heal('there is room again', {
      act: () => client.config('SET', 'maxmemory', NO_LIMIT),
      proof: async () => !(await isFull(client)),
    });
    const [roomAt] = lastStep(context);
    const records = await context.conclude();

    const span = { from: fullAt, to: roomAt };
    const own = context.live
      .flatMap(({ ids }) => ids)
      .concat(context.live.map((one) => one.listed[0]));
    const gaps = lookupsOf(records, own, span).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length, span);
    const found = lookupsOf(records, ['late-comer', `${host.id}~late-comer`], span).filter(isFound);
    context.measure('F20 new', found.length);
    context.measure('F20 refused', refused + unavailable);
    measureNobodyLost(context, fullAt);
  },
};

const policy = {
  id: 'F20b',
  title: 'Redis is set to evict keys: nobody starts on it, unless told to',
  core: false,
  bars: ['F20 boot', 'F20 override', 'not answered while live'],
  async run(context) {
    await context.arrange({ hosts: 3 });
    const { site } = context;
    const client = site.store.client();
    await context.fault('the policy is volatile-lru', {
      act: () => client.config('SET', 'maxmemory-policy', 'volatile-lru'),
      proof: async () => (await client.config('GET', 'maxmemory-policy'))[1] === 'volatile-lru',
    });
    const [evictingAt] = lastStep(context);
    const tries = [() => site.startResolver(), () => site.startReconciler()];
    const started = [];
    for (const start of tries) started.push(await startsUp(start));
    const allowed = await startsUp(() => site.startResolver({ REDIS_ALLOW_EVICTION: 'on' }));
    await context.heal('it is noeviction again', {
      act: () => client.config('SET', 'maxmemory-policy', 'noeviction'),
      proof: async () => (await client.config('GET', 'maxmemory-policy'))[1] === 'noeviction',
    });
    const records = await context.conclude();

    context.measure('F20 boot', started.filter(Boolean).length);
    context.measure('F20 override', Number(allowed));
    const own = context.live.flatMap(({ ids }) => ids.filter((id) => !id.includes('visit')));
    const gaps = lookupsOf(records, own, { from: evictingAt }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
  },
};

/** Whether it comes to do its work: it may be alive for a moment before it has looked at the store. */
async function startsUp(start) {
  const app = await start().catch(() => undefined);
  if (!app) return false;
  await until(async () => !app.isRunning || (await app.answers('/health/ready')), LOOKED_WITHIN_MS);
  return app.isRunning;
}

export default [full, policy];
