import { agentDies, agentReturns } from '../actions/hosts.mjs';
import { eventsOf } from '../history/queries.mjs';

export default {
  id: 'F36',
  title: 'a new host gets the address of a server that is held',
  core: true,
  withoutReconcilers: false,
  bars: ['F36 released'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 4 });
    const silent = context.random.pick(hosts);
    await agentDies(context, silent);
    await context.until(
      `${silent.id} is held`,
      () => eventsOf(context.records, 'server.held', { server: silent.id }).length > 0,
    );
    const { recorder } = context;
    await context.fault('a new host reports its address', {
      act: async () => {
        const { site } = context;
        const settings = { AGENT_ENDPOINT: silent.address, AGENT_HTTP_PORT: String(silent.port) };
        const heir = await site.startHost('gpu-new', ['heir-1'], { settings });
        recorder.record('host', {
          at: recorder.now(),
          ...{ server: heir.id, host: silent.address, port: silent.port, zone: '' },
        });
        context.heir = heir;
      },
      proof: () => context.site.becomes('gpu-new~heir-1', 200),
    });
    await context.until(
      `${silent.id} is released`,
      () => eventsOf(context.records, 'server.lost', { server: silent.id }).length > 0,
    );
    await context.heal('the new host leaves, the old one returns', {
      act: async () => {
        await context.heir.agent.kill();
        await context.heir.dcv.close();
      },
      effect: { kind: 'host', server: 'gpu-new', state: 'dead' },
      proof: () => !context.heir.agent.isRunning,
    });
    await agentReturns(context, silent);
    const records = await context.conclude();
    const [first] = records.filter(({ type, server }) => type === 'report' && server === 'gpu-new');
    const [lost] = eventsOf(records, 'server.lost', { server: silent.id, reason: 'replaced' });
    const value = lost ? lost.at - first.end : Infinity;
    context.measure('F36 released', value, { from: first.end, to: lost?.at });
  },
};
