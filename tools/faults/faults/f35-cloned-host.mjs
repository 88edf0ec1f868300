import { agentReturns } from '../actions/hosts.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf, isFound, isTaken, lookupsOf, reportsOf } from '../history/queries.mjs';

const ENDED_WITHIN_MS = 10_000;
/** The exit code with which an agent gives way. */
const GIVEN_WAY = 3;
const SENTENCE = /Another agent with this server id has started later.*This agent stops\./;

export default {
  id: 'F35',
  title: 'a cloned image: two hosts report with one server id',
  core: false,
  bars: ['F35 told', 'F35 stopped', 'F35 flapped'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 3 });
    const { site } = context;
    const older = context.random.pick(hosts);
    const own = older.listed.filter((session) => !session.startsWith('visit'));
    let newer;
    await context.fault(`a clone of ${older.id} starts`, {
      act: async () => (newer = await site.startHost(older.id, own, { cloned: older })),
      proof: () => context.until('it serves', () => serves(context, newer, own)).then(() => true),
    });
    await context.fault(`the older ${older.id} gives way`, {
      act: () => Promise.race([older.agent.ended, context.pass(ENDED_WITHIN_MS)]),
      proof: () => older.agent.child.exitCode === GIVEN_WAY && SENTENCE.test(older.agent.log),
    });
    const [, stoppedAt] = lastStep(context);
    await context.pass(context.profile.lease + context.profile.back);
    const [leftAt] = await cloneLeaves(context, newer);
    await agentReturns(context, older);
    const records = await context.conclude();

    const taken = reportsOf(records, newer.id).filter(isTaken);
    const { end: servedFrom } = taken.find(({ port }) => port === newer.port);
    const told = eventsOf(records, 'server.conflict', { server: older.id });
    context.measure('F35 told', told.length);
    const took = stoppedAt - servedFrom;
    context.measure('F35 stopped', took, { from: servedFrom, to: stoppedAt });
    const qualified = own.map((session) => `${older.id}~${session}`);
    const flapped = lookupsOf(records, qualified, { from: servedFrom, to: leftAt })
      .filter(isFound)
      .filter(({ port }) => port === older.port);
    context.measure('F35 flapped', flapped.length);
  },
};

async function serves({ site }, { id, port }, sessions) {
  const answers = await Promise.all(sessions.map((session) => site.lookup(`${id}~${session}`)));
  return answers.every((answer) => answer.port === port);
}

/** The clone is stopped and its port closed; when. */
async function cloneLeaves(context, clone) {
  await context.heal('the clone is shut down', {
    effect: { kind: 'agent', server: clone.id, state: 'stopped' },
    act: async () => {
      await clone.agent.stop();
      await clone.dcv.close();
    },
    proof: () => !clone.agent.isRunning,
  });
  return lastStep(context);
}
