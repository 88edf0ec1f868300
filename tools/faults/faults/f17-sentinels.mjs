import { masterDies, masterReturns, replicaTakesOver } from '../actions/failover.mjs';
import { concludeOutage, OUTAGE_BARS } from '../actions/outage.mjs';
import { answersPing } from '../actions/store.mjs';
import {
  lastStep,
  measureLate,
  measureNobodyLost,
  measureWritesOut,
} from '../history/outage-figures.mjs';
import { watchSweeps } from '../history/sweep-pauses.mjs';
import { scaled } from '../profile.mjs';
import { startUnderSentinels } from '../site/sentinels.mjs';

const failover = {
  id: 'F17a',
  title: 'under Sentinels the master dies',
  core: false,
  bars: ['not found while live', 'servers lost', 'answered late', 'writes out', 'sweeps pause'],
  async run(context) {
    const { profile, random } = context;
    const topology = await startUnderSentinels(profile);
    await context.arrange({ hosts: 3, store: { topology } });
    const { watched } = topology;
    const master = await watched.master();
    const measureSweepsPause = watchSweeps(context);
    await context.pass(random.between(0, profile.interval));
    const died = await masterDies(context, master);
    await replicaTakesOver(context, () => watched.masterOtherThan(master), died);
    await context.pass(random.between(0, profile.lease));
    await masterReturns(context, master, watched);
    await context.conclude();

    measureNobodyLost(context, died[0]);
    measureLate(context);
    measureWritesOut(context, died[0]);
    await measureSweepsPause();
  },
};

const allDown = {
  id: 'F17b',
  title: 'servers and Sentinels are all down for 20 s',
  core: false,
  profile: 'default',
  bars: OUTAGE_BARS,
  async run(context) {
    const { profile } = context;
    const topology = await startUnderSentinels(profile, { persistence: 'always' });
    await context.arrange({ hosts: 3, store: { topology } });
    const { watched } = topology;
    const all = context.random.shuffled([...watched.servers, ...watched.sentinels]);
    await context.fault('servers and Sentinels are killed', {
      effect: { kind: 'store', state: 'down' },
      act: () => Promise.all(all.map((one) => one.kill())),
      proof: async () => all.every(({ pid }) => !pid) && !(await answersPing(context)),
    });
    const [diedAt] = lastStep(context);
    await context.pass(scaled(profile, 20_000));
    await context.heal('all of them are back, with their data', {
      effect: { kind: 'store', state: 'up' },
      act: async () => {
        await Promise.all(all.map((one) => one.restart()));
        await context.until('the store answers', () => answersPing(context));
      },
      proof: async () => {
        await context.site.noteStoreProcesses();
        return answersPing(context);
      },
    });
    await concludeOutage(context, diedAt);
  },
};

export default [failover, allDown];
