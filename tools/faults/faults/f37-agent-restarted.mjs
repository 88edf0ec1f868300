import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { isFound, lookupsOf } from '../history/queries.mjs';

/** With the timings that operators get: how long a program takes to start does not scale. */
export default {
  id: 'F37',
  title: 'an agent is restarted, as an upgrade does',
  core: false,
  profile: 'default',
  bars: ['not found while live', 'not answered while live', 'servers lost'],
  async run(context) {
    const host = context.random.pick(await context.arrange({ hosts: 3 }));
    const before = host.agent.pid;
    let code;
    await context.fault(`the agent of ${host.id} is stopped`, {
      effect: { kind: 'agent', server: host.id, state: 'stopped' },
      act: async () => (code = await host.agent.stop()),
      proof: () => code === 0 && !host.agent.isRunning,
    });
    const [stoppedAt] = lastStep(context);
    await context.heal('and started again', {
      effect: { kind: 'agent', server: host.id, state: 'up' },
      act: () => host.startAgent(),
      proof: () => host.agent.isRunning && host.agent.pid !== before,
    });
    const records = await context.conclude({ watchMs: 2 * context.profile.interval });

    measureNobodyLost(context, stoppedAt);
    const own = host.ids.filter((id) => !id.includes('visit'));
    const gaps = lookupsOf(records, own, { from: stoppedAt }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
  },
};
