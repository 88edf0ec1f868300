import { LIVE_KINDS, lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { isFound, lookupsOfKind } from '../history/queries.mjs';
import { FakeClock } from '../site/fake-clock.mjs';

const HOUR_MS = 3_600_000;
const NEAR_MS = 60_000;

/** With the timings that operators get: how long a program takes to start does not scale. */
export default {
  id: 'F22',
  title: 'an agent’s clock is an hour wrong, and jumps',
  core: false,
  profile: 'default',
  bars: ['not found while live', 'not answered while live', 'servers lost', 'F22 told'],
  async run(context) {
    const clock = new FakeClock();
    try {
      const host = context.random.pick(await context.arrange({ hosts: 3 }));
      await goWrong(context, host, clock);
    } finally {
      clock.remove();
    }
  },
};

async function goWrong(context, host, clock) {
  const { random, profile } = context;
  const [first, second] = random.shuffled([HOUR_MS, -HOUR_MS]);
  const aWhile = () => context.pass(random.between(1, 2) * profile.interval);
  clock.jumpTo(first);
  await restarts(context, host, clock, first);
  const [since] = lastStep(context);
  await aWhile();
  const told = await skewMetrics(context);
  await jumps(context, host, clock, second);
  await aWhile();
  await restarts(context, host, clock, second);
  await aWhile();
  await jumps(context, host, clock, first);
  await aWhile();
  await jumps(context, host, clock, 0, 'heal');
  const records = await context.conclude({ watchMs: profile.interval });

  measureNobodyLost(context, since);
  const gaps = lookupsOfKind(records, LIVE_KINDS, { from: since }).filter((one) => !isFound(one));
  context.measure('not answered while live', gaps.length);
  context.measure('F22 told', told);
}

function restarts(context, host, clock, offsetMs) {
  return context.fault(`the agent of ${host.id} is restarted, ${offsetText(offsetMs)}`, {
    effect: [
      { kind: 'agent', server: host.id, state: 'stopped' },
      { kind: 'agent', server: host.id, state: 'up' },
    ],
    act: async () => {
      await host.agent.stop();
      await host.startAgent({ wrapper: clock.wrapper, trusted: false });
    },
    proof: () => isOff(context, host, offsetMs),
  });
}

function jumps(context, host, clock, offsetMs, phase = 'fault') {
  return context[phase](`the clock of ${host.id} jumps: ${offsetText(offsetMs)}`, {
    act: () => clock.jumpTo(offsetMs),
    proof: () => isOff(context, host, offsetMs),
  });
}

const offsetText = (offsetMs) =>
  offsetMs === 0 ? 'right again' : `an hour ${offsetMs > 0 ? 'ahead' : 'behind'}`;

/** Whether the agent's own lines are dated so far from the machine's clock. */
async function isOff(context, { agent }, offsetMs) {
  const isDated = () => {
    const line = agent.log.trimEnd().split('\n').at(-1);
    const ahead = Date.parse(/"time":"([^"]*)"/.exec(line)?.[1]) - Date.now();
    return Math.abs(ahead - offsetMs) < NEAR_MS;
  };
  await context.until('its lines are dated so', isDated);
  return true;
}

/** How many metrics of the product tell of a clock that is off. */
async function skewMetrics({ site, live }) {
  const processes = [...site.resolvers, ...site.reconcilers, ...live.map(({ agent }) => agent)];
  const pages = await Promise.all(processes.map((one) => one.metrics()));
  const names = pages.flatMap(({ text }) => text.match(/^rollcall_\w*(skew|clock)\w*/gm) ?? []);
  return new Set(names).size;
}
