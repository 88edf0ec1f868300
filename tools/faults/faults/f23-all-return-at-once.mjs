import { swarmJoins, swarmLeaves, untilSwarmIsLive } from '../actions/swarm.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { isFound, lookupsOf, lookupsOfKind, percentile } from '../history/queries.mjs';

const AGENTS = 10_000;
const STEADY_MS = 15_000;
const SILENT_MS = 15_000;
const KINDS = ['live', 'bare', 'contested', 'dead', 'unknown'];

const p99 = (records, span) =>
  percentile(
    lookupsOfKind(records, KINDS, span).map(({ start, end }) => end - start),
    0.99,
  );

export default {
  id: 'F23',
  title: '10,000 agents return at once',
  core: false,
  profile: 'default',
  bars: ['F23 busiest second', 'F23 p99', 'not answered while live'],
  async run(context) {
    // At thousands of writes a second, each synced to a disk, the disk would be what is measured.
    await context.arrange({ hosts: 3, store: { persistence: 'none' } });
    const swarm = await swarmJoins(context, AGENTS, ['--doors', 'one']);
    await context.pass(2 * context.profile.interval);
    await swarm.do('mark');
    const idleFrom = context.now();
    await context.pass(STEADY_MS);
    const idleTo = context.now();
    const { sinceMark: steady } = await swarm.stats();

    await context.fault(`nothing that ${AGENTS} agents report arrives`, {
      act: () => swarm.do('silence all'),
      proof: async () => (await swarm.stats()).hosts.silent === AGENTS,
    });
    await context.pass(SILENT_MS);
    await swarm.do('mark');
    await context.heal('they all return', {
      act: () => swarm.do('resume all'),
      proof: async () => (await swarm.stats()).hosts.silent === 0,
    });
    const [backFrom] = lastStep(context);
    await untilSwarmIsLive(swarm, AGENTS);
    await context.pass(2 * context.profile.interval);
    const backTo = context.now();
    const { sinceMark: back } = await swarm.stats();
    await swarmLeaves(context, swarm);
    const records = await context.conclude();

    const rate = steady.written / steady.seconds;
    context.measure('F23 busiest second', back.busiestSecond / rate, {
      from: backFrom,
      to: backTo,
    });
    const idle = p99(records, { from: idleFrom, to: idleTo });
    const busy = p99(records, { from: backFrom, to: backTo });
    context.measure('F23 p99', busy / idle, { from: backFrom, to: backTo });
    const own = context.live.flatMap(({ ids }) => ids.filter((id) => !id.includes('visit')));
    const gaps = lookupsOf(records, own, { from: idleFrom }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
  },
};
