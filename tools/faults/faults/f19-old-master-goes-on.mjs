import { replicationOf } from '@rollcall/testing';
import { replicaTakesOver } from '../actions/failover.mjs';
import {
  lastStep,
  LIVE_KINDS,
  measureFoundAgain,
  measureNobodyEvicted,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import {
  isFound,
  isTaken,
  isUnavailable,
  lookupsOfKind,
  onlyFromMs,
  reportsOf,
} from '../history/queries.mjs';
import { tryPort } from '../site/dcv-port.mjs';
import { SecondNetwork } from '../site/second-network.mjs';
import { startUnderSentinels } from '../site/sentinels.mjs';

/** Until the Sentinels have made the old master a replica: some eight seconds, and a sync. */
const FOLLOWS_WITHIN_MS = 30_000;
const WARY = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '2'];
/** To a server that takes connections from elsewhere, too. */
const OPEN = ['--protected-mode', 'no'];

/** As after any road that was cut: an attempt to connect to the old master has to be given up first. */
const IN_USE_WITHIN_MS = 2_000;
/** Of an interval: the next report comes before the old master has noticed that it is alone. */
const DUE_SOON = 0.8;

const isMaster = async (server) => (await replicationOf(server, 'role')) === 'master';
const isReplica = async (server) => (await replicationOf(server, 'role')) === 'slave';
const isRefused = ({ outcome }) => outcome === 'refused' || outcome === 'unavailable';
const isLive = (lookup) => isFound(lookup) && !lookup.stale;

/** From the heal on: how long until there are only live answers. */
function measureConverged(context, healedAt) {
  const { records } = context;
  const ids = [...new Set(lookupsOfKind(records, 'live').map(({ id }) => id))];
  const value = onlyFromMs(records, ids, healedAt, isLive);
  context.measure('F19 converged', value, { from: healedAt, to: healedAt + value });
}

const together = {
  id: 'F19a',
  title: 'another is made the master, and the old one goes on taking everybody’s writes',
  core: false,
  bars: ['not found while live', 'servers lost', 'F19 taken', 'F19 converged', 'back, bare'],
  async run(context) {
    const topology = await startUnderSentinels(context.profile);
    await context.arrange({ hosts: 3, store: { topology } });
    const { watched } = topology;
    const old = await watched.master();
    await context.fault('the Sentinels make the replica the master', {
      effect: { kind: 'store', state: 'refusing' },
      act: () => watched.promote(),
      proof: async (promoted) => (await isMaster(promoted)) && (await isMaster(old)),
    });
    const [promotedAt, bothFrom] = lastStep(context);
    const lost = { kind: 'lost-writes', from: promotedAt };
    await context.heal('the old one follows', {
      effect: [{ kind: 'store', state: 'up' }, lost],
      act: async () => {
        await context.until('it is a replica', () => isReplica(old), FOLLOWS_WITHIN_MS);
        lost.to = context.now();
      },
      proof: async () => (await watched.master()) !== old,
    });
    const [, followsAt] = lastStep(context);
    await context.conclude();

    const taken = reportsOf(context.records, undefined, { from: bothFrom, to: followsAt });
    context.measure('F19 taken', taken.filter(isTaken).length);
    measureNobodyLost(context, promotedAt);
    measureConverged(context, followsAt);
    measureFoundAgain(context, 'back, bare', followsAt, ['bare']);
  },
};

/** With the timings that operators get: how soon a master notices that it is alone does not scale. */
const apart = {
  id: 'F19b',
  title:
    'the old master is cut off with a host and a resolver, and refuses writes under min-replicas-to-write',
  core: false,
  profile: 'default',
  withoutReconcilers: false,
  bars: [
    'servers lost',
    'F19 taken',
    'F19 refused',
    'F19 refusing side',
    'F19 converged',
    'back, bare',
  ],
  async run(context) {
    const { profile, random, site } = context;
    const second = await SecondNetwork.start();
    const topology = await startUnderSentinels(profile, {
      // The new master needs one, too.
      replicas: 2,
      args: [...WARY, ...OPEN],
    });
    const stop = () => topology.stop().finally(() => second.close());
    await context.arrange({ hosts: 3, store: { topology: { ...topology, stop } } });
    const { watched } = topology;
    const host = random.pick(context.live);
    await moveBehind(context, host, second);
    const resolver = await site.startResolver({}, second.place);
    await site.settled();
    context.aim();
    // On either side of a roll that is torn, a move on the other is unknown.
    context.churn.stop();
    await context.pass(profile.back);
    await context.recorder.next(({ type, server }) => type === 'report' && server === host.id);
    await context.pass(DUE_SOON * profile.interval);

    const old = await watched.master();
    const others = [...watched.servers.filter((server) => server !== old), ...watched.sentinels];
    await context.fault('the networks part', {
      effect: [
        { kind: 'store', state: 'down' },
        { kind: 'road', resolver: resolver.name, state: 'cut' },
        { kind: 'agent', server: host.id, state: 'paused' },
      ],
      act: () => second.split({ alone: old, others }),
      proof: async () => (await tryPort(old.host, old.port)) === 'silent',
    });
    const [partedAt] = lastStep(context);
    const successor = () => watched.masterOtherThan(old);
    await replicaTakesOver(context, successor, [partedAt, context.now()], IN_USE_WITHIN_MS);
    await context.pass(1.5 * profile.lease);
    const lost = { kind: 'lost-writes', server: host.id, from: partedAt, to: context.now() };
    await context.heal('the networks are one again', {
      effect: [
        lost,
        { kind: 'road', resolver: resolver.name, state: 'up', inUseWithin: IN_USE_WITHIN_MS },
        { kind: 'agent', server: host.id, state: 'up' },
      ],
      act: () => second.join(),
      proof: async () => (await tryPort(old.host, old.port)) === 'open',
    });
    const [joinedFrom, joinedAt] = lastStep(context);
    const records = await context.conclude();

    const span = { from: partedAt, to: joinedFrom };
    const reports = reportsOf(records, host.id, span);
    context.measure('F19 taken', reports.filter(isTaken).length);
    context.measure('F19 refused', reports.filter(isRefused).length);
    const there = lookupsOfKind(records, LIVE_KINDS, span).filter(
      (lookup) => lookup.resolver === resolver.name,
    );
    const wrong = there.filter((lookup) => !isFound(lookup) && !isUnavailable(lookup));
    context.measure('F19 refusing side', wrong.length);
    measureNobodyEvicted(context, partedAt);
    measureConverged(context, joinedAt);
    measureFoundAgain(context, 'back, bare', joinedAt, ['bare']);
  },
};

/** The agent of a host is started anew in the second network. */
async function moveBehind(context, host, second) {
  await context.step(`the agent of ${host.id} moves to the second network`, {
    act: async () => {
      await host.agent.stop();
      await host.startAgent(second.place);
    },
    proof: () => host.agent.isRunning,
  });
}

export default [together, apart];
