import { concludeOutage, OUTAGE_BARS } from '../actions/outage.mjs';
import { storeGoesOn, storeHangs } from '../actions/store.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { scaled } from '../profile.mjs';

export default {
  id: 'F12',
  title: 'Redis hangs for 20 s',
  core: true,
  bars: [...OUTAGE_BARS, 'F12 live', 'F12 ready'],
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
    await concludeOutage(context, hungAt);

    context.measure('F12 live', alive.filter(Boolean).length / alive.length);
    context.measure('F12 ready', ready.filter(Boolean).length);
  },
};
