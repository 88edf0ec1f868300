import { agentDies, agentReturns, hostDies, hostReturns } from '../actions/hosts.mjs';
import { portsAnswerAgain, portsAreCut } from '../actions/silence.mjs';
import { FLEET_BARS, concludeWithFleet, fleetIsWell, fleetJoins } from '../actions/swarm.mjs';
import { mostWithin } from '../history/belief-figures.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { eventsOf, isFound, isNotFound, lookupsOf, stillMs } from '../history/queries.mjs';
import { scaled } from '../profile.mjs';

const HOSTS = 10;
const SHARE = 0.6;
const DEAD = SHARE * HOSTS;
const PATIENCE_MS = 150_000;

/** What both ways of dying are held against. */
function measureDeaths(context, dying, since, bar) {
  const { records, profile } = context;
  const ids = dying.flatMap((host) => host.ids).filter((id) => !id.includes('visit'));
  const found = stillMs(
    records,
    ids,
    since,
    (lookup) => isFound(lookup) && lookup.start < context.returnsAt,
  );
  context.measure(bar, found, { from: since, to: since + found });
  const lost = eventsOf(records, 'server.lost', { reason: 'dead' }, { from: since });
  context.measure('F9 released at once', mostWithin(lost, profile.interval));
  const live = context.live.filter((host) => !dying.includes(host));
  const missing = lookupsOf(
    records,
    live.flatMap((host) => host.ids.filter((id) => !id.includes('visit'))),
    { from: since },
  );
  context.measure('not found while live', missing.filter(isNotFound).length);
  return ids;
}

export default [
  {
    id: 'F9a',
    title: '60 % of the hosts die, their ports refuse connections',
    core: true,
    withoutReconcilers: false,
    bars: ['F9a found', 'F9 released at once', 'not found while live'],
    async run(context) {
      const hosts = await context.arrange({ hosts: HOSTS });
      const dying = context.random.shuffled(hosts).slice(0, DEAD);
      await Promise.all(dying.map((host) => hostDies(context, host)));
      const [, diedAt] = lastStep(context);
      await context.pass(scaled(context.profile, PATIENCE_MS));
      context.returnsAt = context.now();
      for (const host of dying) await hostReturns(context, host);
      await context.conclude();
      measureDeaths(context, dying, diedAt, 'F9a found');
    },
  },
  {
    id: 'F9b',
    title: '60 % of the hosts die, packets to them are dropped',
    core: false,
    withoutReconcilers: false,
    bars: ['F9b found', 'F9b called dead', 'F9 released at once', 'not found while live'],
    async run(context) {
      const hosts = await context.arrange({ hosts: HOSTS });
      const dying = context.random.shuffled(hosts).slice(0, DEAD);
      await portsAreCut(context, dying);
      const [, diedAt] = lastStep(context);
      await Promise.all(dying.map((host) => agentDies(context, host)));
      await context.pass(scaled(context.profile, PATIENCE_MS));
      context.returnsAt = context.now();
      await portsAnswerAgain(context, dying);
      for (const host of dying) await agentReturns(context, host);
      const records = await context.conclude();
      const ids = measureDeaths(context, dying, diedAt, 'F9b found');
      const first = lookupsOf(records, ids, { from: diedAt }).find(isNotFound);
      context.measure('F9b called dead', (first?.start ?? Infinity) - diedAt);
    },
  },
  {
    id: 'F9c',
    title: '60 % of a fleet of 300 die, their ports refuse connections',
    core: false,
    withoutReconcilers: false,
    bars: [
      ...['F9a found', 'F9c not struck off', 'F9c released at once'],
      ...['not found while live', 'servers lost', ...FLEET_BARS],
    ],
    async run(context) {
      const { profile, random } = context;
      await context.arrange({ hosts: 3 });
      const fleet = await fleetJoins(context);
      const { swarm, servers, lookups } = fleet;
      const dying = random.shuffled(servers).slice(0, SHARE * servers.length);
      await context.fault('most of the fleet die', {
        act: () => Promise.all(dying.map((server) => swarm.do(`die host ${server}`))),
        proof: async () => (await swarm.stats()).hosts.refusing === dying.length,
      });
      const [, diedAt] = lastStep(context);
      await context.pass(scaled(profile, PATIENCE_MS));
      const returnsAt = context.now();
      await fleetIsWell(context, fleet);
      await concludeWithFleet(context, fleet, { dead: dying });

      const isOfDying = ({ server }) => dying.includes(server);
      const span = { from: diedAt, to: returnsAt };
      const lost = eventsOf(context.records, 'server.lost', { reason: 'dead' }, span);
      const struckOff = lost.filter(isOfDying);
      const found = lookups.records
        .filter((lookup) => isOfDying(lookup) && isFound(lookup) && lookup.start < returnsAt)
        .at(-1);
      context.measure('F9a found', found.end - diedAt, { from: diedAt, to: found.end });
      context.measure('F9c not struck off', dying.length - struckOff.length);
      context.measure('F9c released at once', mostWithin(lost, profile.interval));
      measureNobodyLost(context, diedAt);
    },
  },
];
