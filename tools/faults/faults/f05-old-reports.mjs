import { agentDies, agentPauses, agentResumes, agentReturns } from '../actions/hosts.mjs';
import { playModel } from '../actions/model.mjs';
import { replay } from '../actions/forged-reports.mjs';
import { lastStep, measureFoundAgain } from '../history/outage-figures.mjs';
import { isFound, isTaken, lookupsOf, reportsOf } from '../history/queries.mjs';
import { MODEL_SUITES } from '../../test/model-suites.mjs';

const REPLAYS = 60;

const interleavings = {
  id: 'F5a',
  title: 'reports are duplicated, reordered and replayed: the model, in random interleavings',
  core: false,
  history: false,
  withoutReconcilers: false,
  bars: ['F5 interleavings', 'model violations'],
  async run(context) {
    const tests = 'any \\d+';
    const memory = await playModel(context, MODEL_SUITES.memory, { tests });
    const redis = await playModel(context, MODEL_SUITES.redis, { tests });
    context.measure('F5 interleavings', memory.interleavings + redis.interleavings);
    context.measure('model violations', [...memory.broken, ...redis.broken].length);
  },
};

/** Opens a session, and closes it again once it resolves: from then on there are reports that list it, all of them old. */
async function comesAndGoes(context, host, session) {
  const id = `${host.id}~${session}`;
  await context.step(`${session} comes and goes`, {
    act: async () => {
      host.open(session);
      await context.until(`${id} resolves`, () => context.site.becomes(id, 200));
      host.close(session);
      await context.until(`${id} is gone`, () => context.site.becomes(id, 404));
    },
  });
}

/** Reports that the store had acknowledged by now, but the newest. */
const oldReports = (context, host) =>
  reportsOf(context.records, host.id).filter(isTaken).slice(0, -1);

/** Some of them in any order, and each twice. */
function shuffledTwice({ random }, reports) {
  const some = random.shuffled(reports).slice(0, REPLAYS);
  return random.shuffled([...some, ...some]);
}

function measureReplays(context) {
  const { records } = context;
  const applied = records.filter(({ replayed, outcome }) => replayed && outcome === 'applied');
  context.measure('F5 replays applied', applied.length);
}

const ofTheLiving = {
  id: 'F5b',
  title:
    'old reports of a live host are replayed, from before a list changed and its agent was restarted',
  core: false,
  bars: ['F5 replays applied', 'F5 resurrected', 'not answered while live'],
  async run(context) {
    const host = context.random.pick(await context.arrange({ hosts: 3 }));
    const gone = ['earlier-life', 'this-life'];
    context.traffic.ask(
      'closed',
      gone.flatMap((session) => [session, `${host.id}~${session}`]),
    );
    await comesAndGoes(context, host, gone[0]);
    await agentDies(context, host);
    await agentReturns(context, host);
    await context.pass(2 * context.profile.interval);
    await comesAndGoes(context, host, gone[1]);
    const old = shuffledTwice(context, oldReports(context, host));
    const boots = new Set(old.map(({ boot }) => boot));
    await context.fault(`${old.length} old reports of ${host.id} are replayed`, {
      act: () => replay(context, old),
      proof: () =>
        boots.size > 1 &&
        gone.every((session) => old.some(({ sessions }) => sessions.includes(session))),
    });
    const [from] = lastStep(context);
    const records = await context.conclude();

    measureReplays(context);
    const ids = gone.flatMap((session) => [session, `${host.id}~${session}`]);
    context.measure('F5 resurrected', lookupsOf(records, ids, { from }).filter(isFound).length);
    const own = host.ids.filter((id) => !id.includes('visit'));
    const gaps = lookupsOf(records, own, { from }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
  },
};

const ofTheStruck = {
  id: 'F5c',
  title: 'a host is struck off, and its old reports are replayed',
  core: true,
  bars: ['F5 replays applied', 'F5 resurrected', 'back, qualified'],
  async run(context) {
    const host = context.random.pick(await context.arrange({ hosts: 3 }));
    const own = host.ids.filter((id) => !id.includes('visit'));
    await agentPauses(context, host);
    let evicted;
    await context.fault(`${host.id} is struck off`, {
      effect: { kind: 'evicted', server: host.id },
      act: async () => (evicted = await context.site.rollcall('evict', host.id)),
      proof: () => evicted.code === 0,
    });
    const [, from] = lastStep(context);
    const old = shuffledTwice(context, oldReports(context, host));
    await context.fault(`${old.length} old reports of ${host.id} are replayed`, {
      act: () => replay(context, old),
      proof: () => old.length > 0,
    });
    await context.pass(2 * context.profile.interval);
    await agentResumes(context, host);
    const [to, resumedAt] = lastStep(context);
    const records = await context.conclude();

    measureReplays(context);
    context.measure('F5 resurrected', lookupsOf(records, own, { from, to }).filter(isFound).length);
    measureFoundAgain(context, 'back, qualified', resumedAt, ['live']);
  },
};

export default [interleavings, ofTheLiving, ofTheStruck];
