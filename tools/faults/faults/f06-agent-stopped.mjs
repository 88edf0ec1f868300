import { agentPauses, agentResumes } from '../actions/hosts.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { isFound, lookupsOf } from '../history/queries.mjs';
import { scaled } from '../profile.mjs';

export default {
  id: 'F6',
  title: 'an agent is stopped for 60 s and goes on: what was closed stays closed',
  core: false,
  bars: ['F6 resurrected'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 3 });
    const host = context.random.pick(hosts);
    const closing = host.listed.find((id) => id.startsWith('cad'));
    await agentPauses(context, host);
    await context.pass(scaled(context.profile, 30_000));
    await context.step(`${closing} is closed meanwhile`, { act: () => host.close(closing) });
    await context.pass(scaled(context.profile, 30_000));
    await agentResumes(context, host);
    const [resumedAt] = lastStep(context);
    await context.pass(context.profile.back);
    context.aim();
    context.traffic.ask('closed', [closing, `${host.id}~${closing}`]);
    const records = await context.conclude();

    const live = lookupsOf(records, [closing, `${host.id}~${closing}`], { from: resumedAt })
      .filter(isFound)
      .filter(({ stale }) => stale === undefined);
    context.measure('F6 resurrected', live.length);
  },
};
