import { storeGoesOn, storeHangs, untilSwept } from '../actions/store.mjs';
import {
  lastStep,
  measureFoundAgain,
  measureLate,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import { scaled } from '../profile.mjs';

export default {
  id: 'F12',
  title: 'Redis hangs for 20 s',
  core: true,
  bars: [
    'not found while live',
    'servers lost',
    'answered late',
    'found again',
    'swept again',
    'F12 live',
    'F12 ready',
  ],
  async run(context) {
    await context.arrange({ hosts: 3 });
    await storeHangs(context);
    const [hungAt] = lastStep(context);
    await context.pass(scaled(context.profile, 20_000));
    const { site } = context;
    const apps = [
      ...site.resolvers,
      ...site.reconcilers,
      ...context.live.map(({ agent }) => agent),
    ];
    const alive = await Promise.all(apps.map((app) => app.answers('/health/live')));
    const ready = await Promise.all(site.resolvers.map((app) => app.answers('/health/ready')));
    await storeGoesOn(context);
    const [, backAt] = lastStep(context);
    const swept = context.hasReconcilers ? await untilSwept(context) : undefined;
    await context.conclude();

    measureNobodyLost(context, hungAt);
    measureLate(context);
    measureFoundAgain(context, 'found again', backAt);
    context.measure('F12 live', alive.filter(Boolean).length / alive.length);
    context.measure('F12 ready', ready.filter(Boolean).length);
    if (swept !== undefined)
      context.measure('swept again', swept, { from: backAt, to: backAt + swept });
  },
};
