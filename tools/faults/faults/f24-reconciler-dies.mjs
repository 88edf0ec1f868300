import { keepSweep, startGuardedStore } from '../actions/reconcilers.mjs';
import { untilSwept } from '../actions/store.mjs';
import { evictionsOfTheRenewed, notPublishedOnce } from '../history/evictions.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf } from '../history/queries.mjs';

const LEAVING = 3;
const PATIENCE_MS = 20_000;

/** Where in a sweep that strikes off all of them the kill falls: how many are struck off by then. */
const PLACES = [
  ['before it has struck off anybody', () => ({ afterEvictions: 0 })],
  [
    'when it has struck off some',
    (random) => ({ afterEvictions: random.pick([...Array(LEAVING - 1).keys()]) + 1 }),
  ],
  ['when it has struck off all', () => ({ afterEvictions: LEAVING, isOver: true })],
];

export default {
  id: 'F24',
  title: 'a reconciler is killed in mid-sweep',
  core: true,
  withoutReconcilers: false,
  bars: ['F24 finished', 'F24 published', 'evicted while renewed'],
  async run(context) {
    const store = await startGuardedStore();
    const hosts = await context.arrange({ hosts: 5, store: { topology: store } });
    const rounds = [];
    for (const place of context.random.shuffled(PLACES))
      rounds.push(await killInSweep(context, hosts, place));
    const records = await context.conclude();

    const slowest = rounds.sort((one, other) => other.took - one.took)[0];
    const { took, killedAt } = slowest;
    context.measure('F24 finished', took, { from: killedAt, to: killedAt + took });
    const wrong = rounds.map(({ servers, span }) => notPublishedOnce(records, servers, span));
    context.measure(
      'F24 published',
      wrong.reduce((sum, count) => sum + count),
    );
    context.measure('evicted while renewed', evictionsOfTheRenewed(context).length);
  },
};

/** Hosts leave, the sweep that strikes them off dies on the way, and the other reconciler finishes it. */
async function killInSweep(context, hosts, [where, planOf]) {
  const { site, random } = context;
  const leaving = random.shuffled(hosts).slice(0, LEAVING);
  const servers = leaving.map(({ id }) => id);
  const plan = planOf(random);
  const from = context.now();
  const lost = () => eventsOf(context.records, 'server.lost', {}, { from });
  const sweepIsKept = await keepSweep(context, plan);
  await context.fault(`${servers.join(', ')} leave`, {
    effect: servers.map((server) => ({ kind: 'agent', server, state: 'stopped' })),
    act: () => Promise.all(leaving.map(({ agent }) => agent.stop())),
    proof: () => leaving.every(({ agent }) => !agent.isRunning),
  });
  const sweeper = await sweepIsKept();
  await context.until('what it struck off is told', () => lost().length >= plan.afterEvictions);
  await context.fault(`${sweeper.name} is killed ${where}`, {
    act: () => sweeper.kill(),
    proof: () => !sweeper.isRunning && lost().length === plan.afterEvictions,
  });
  const [, killedAt] = lastStep(context);
  await site.store.proxy.release();
  const swept = await untilSwept(context);
  await context.until('all are struck off', () => lost().length >= LEAVING, PATIENCE_MS);
  const took = Math.max(swept, lost().at(-1).at - killedAt);
  const to = context.now();
  await context.heal('another reconciler starts, and the hosts return', {
    effect: servers.map((server) => ({ kind: 'agent', server, state: 'up' })),
    act: () => Promise.all([site.startReconciler(), ...leaving.map((host) => host.startAgent())]),
    proof: () => leaving.every(({ agent }) => agent.isRunning),
  });
  for (const id of leaving.flatMap(({ ids }) => ids.filter((one) => !one.includes('visit'))))
    await context.until(`${id} is back`, () => site.becomes(id, 200));
  return { took, killedAt, servers, span: { from, to } };
}
