import { failedLookups, LIVE_KINDS, lastStep } from '../history/outage-figures.mjs';
import { isFound, isTaken, lookupsOfKind, reportsOf } from '../history/queries.mjs';
import { olderBuild } from '../site/older-build.mjs';

const SERVICES = ['resolver', 'reconciler'];
const AGENTS = ['agent-heartbeat'];
const ERROR_LINE = /^\{"level":"(error|fatal)".*$/gm;
const SWEEPS = 'rollcall_sweep_duration_seconds_count';
const REPORTS = 'rollcall_reports_total';

const variant = ({ id, title, older }) => ({
  id,
  title: `two versions run: ${title}`,
  core: false,
  // How long a program takes to start does not scale.
  profile: 'default',
  bars: ['F32 errors', 'not answered while live'],
  async run(context) {
    const folder = olderBuild(context.older);
    await context.arrange({ hosts: 3, resolvers: 2 });
    await context.tapRoll();
    const from = context.now();
    const own = () => running(context).filter(({ app }) => older.includes(app));
    const before = running(context);
    await context.fault(`${title}: these are replaced by the older version`, {
      act: () => replace(context, older, folder),
      proof: () => own().every(({ isOlder }) => isOlder),
    });
    const [, mixedAt] = lastStep(context);
    await context.pass(context.profile.lease);
    const mixed = running(context);
    const errors = await errorsOf([...new Set([...before, ...mixed])]);
    await context.heal('and by the newer one again', {
      act: () => replace(context, older, undefined),
      proof: () => running(context).every(({ isOlder }) => !isOlder),
    });
    const records = await context.conclude({ watchMs: context.profile.interval });

    const refused = reportsOf(records, undefined, { from }).filter((report) => !isTaken(report));
    const late = await errorsOf(running(context).filter((one) => !mixed.includes(one)));
    const all = failedLookups(records, from).length + refused.length + errors + late;
    context.measure('F32 errors', all, { from: mixedAt });
    const gaps = lookupsOfKind(records, LIVE_KINDS, { from }).filter((one) => !isFound(one));
    context.measure('not answered while live', gaps.length);
  },
});

const isRunning = ({ isRunning: runs }) => runs;

const running = ({ site }) =>
  [...site.resolvers, ...site.reconcilers, ...site.hosts.map(({ agent }) => agent)].filter(
    isRunning,
  );

/** One after the other, as operators do; each is there before the next one goes. */
async function replace(context, apps, build) {
  const { site, live } = context;
  for (const app of apps) site.builds[app] = build;
  if (apps === AGENTS)
    for (const host of live) {
      await host.agent.stop();
      await host.startAgent();
    }
  else {
    await replaceResolvers(context);
    for (const reconciler of site.reconcilers.filter(isRunning)) {
      await site.startReconciler();
      await reconciler.stop();
    }
  }
}

async function replaceResolvers(context) {
  const { site, traffic } = context;
  for (const resolver of site.resolvers.filter(isRunning)) {
    const heir = await site.startResolver();
    await context.until('the new resolver is ready', () => heir.answers('/health/ready'));
    traffic.through(site.resolvers.filter(isRunning), { passesOver: true });
    await resolver.stop();
    traffic.through(site.resolvers.filter(isRunning), { passesOver: true });
  }
}

/** Reports and sweeps that failed, and lines of the level error, of processes that still tell. */
async function errorsOf(processes) {
  const counts = await Promise.all(
    processes.map(async (one) => {
      const lines = one.log.match(ERROR_LINE)?.length ?? 0;
      if (!one.isRunning) return lines;
      const page = await one.metrics();
      const failedReports = page.sum(REPORTS) - page.sum(REPORTS, { outcome: 'applied' });
      return lines + failedReports + page.sum(SWEEPS, { outcome: 'failed' });
    }),
  );
  return counts.reduce((sum, count) => sum + count);
}

export default [
  variant({ id: 'F32a', title: 'older agents, newer services', older: AGENTS }),
  variant({ id: 'F32b', title: 'newer agents, older services', older: SERVICES }),
];
