import type {
  HoldOutcome,
  Mark,
  Release,
  ReleaseOutcome,
  ServerRecord,
  Vouch,
} from '@rollcall/domain';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';

/** Longer than any scene. */
export const LONG_MS = 3_600_000;

/** Two reconcilers. */
export const [FIRST, SECOND] = ['reconciler-1', 'reconciler-2'] as const;

/** A good probe of the first reconciler, whose verdict ends with the scene's lease. */
export function probed(scene: Scene, changes: Partial<Vouch> = {}): Vouch {
  const { leaseTtlMs } = scene.policy;
  return { cause: 'probe', by: FIRST, verdictTtlMs: leaseTtlMs, holdMaxMs: LONG_MS, ...changes };
}

/** A hold without a probe. */
export function guarded(scene: Scene): Vouch {
  return probed(scene, { cause: 'protection' });
}

/** A bad probe of the first reconciler. */
export function dead(changes: Partial<Release> = {}): Release {
  return { reason: 'dead', by: FIRST, confirmed: false, ...changes };
}

/** Time passes until those that have not reported are late, while others do. */
export async function untilLate(scene: Scene, beat?: () => Promise<unknown>): Promise<void> {
  await scene.time.passWriting(scene.policy.lateAfterMs + scene.slackMs, beat);
}

/** Lets the leases of those run out that are late since just now. */
export async function restOfLease(scene: Scene, beat?: () => Promise<unknown>): Promise<void> {
  const { leaseTtlMs, lateAfterMs } = scene.policy;
  await scene.time.passWriting(leaseTtlMs - lateAfterMs, beat);
}

/** New hosts, each with the session `on <name>`. */
export async function hostsWithSessions(
  scene: Scene,
  ...names: readonly string[]
): Promise<SimulatedHost[]> {
  const hosts = names.map((name) => scene.host(name));
  for (const host of hosts) await host.lists(sessionOf(scene, host));
  return hosts;
}

/** The session of a host made by `hostsWithSessions`. */
export function sessionOf(scene: Scene, { server }: SimulatedHost): string {
  return scene.id(`on ${server}`);
}

/** The host's record, as a reconciler reads it; it has to be on the roll. */
export async function recordOf(scene: Scene, { server }: SimulatedHost): Promise<ServerRecord> {
  const [record] = await scene.store.records([server]);
  if (record === undefined) throw new Error(`${server} is not on the roll`);
  return record;
}

/** Tries to hold a host as its record says it is. */
export async function tryHold(
  scene: Scene,
  host: SimulatedHost,
  vouch: Vouch = probed(scene),
): Promise<HoldOutcome['kind']> {
  return (await scene.store.hold(await recordOf(scene, host), vouch)).kind;
}

/** Holds hosts; they have to be held. */
export async function hold(
  scene: Scene,
  hosts: readonly SimulatedHost[],
  vouch: Vouch = probed(scene),
): Promise<void> {
  for (const host of hosts) {
    const kind = await tryHold(scene, host, vouch);
    if (kind !== 'held') throw new Error(`the hold of ${host.server} is ${kind}`);
  }
}

/** Hosts that have fallen silent and are held, beyond the leases of their last reports. */
export async function heldHosts(
  scene: Scene,
  names: readonly string[],
  vouch?: Vouch,
): Promise<SimulatedHost[]> {
  const hosts = await hostsWithSessions(scene, ...names);
  await holdBeyondLease(scene, hosts, vouch);
  await scene.newEvents();
  return hosts;
}

/** Time passes until the leases of silent hosts' last reports have ended; they are held meanwhile, and have just been. */
export async function holdBeyondLease(
  scene: Scene,
  hosts: readonly SimulatedHost[],
  vouch?: Vouch,
): Promise<void> {
  await untilLate(scene);
  await hold(scene, hosts, vouch);
  await restOfLease(scene);
  await hold(scene, hosts, vouch);
}

/** Tries to release a host as its record says it is. */
export async function tryRelease(
  scene: Scene,
  host: SimulatedHost,
  release: Release = dead(),
): Promise<ReleaseOutcome['kind']> {
  return (await scene.store.release(await recordOf(scene, host), release)).kind;
}

/** Asserts that an id leads to this session of this host by an answer with this mark. */
export async function expectMarked(
  scene: Scene,
  id: string,
  mark: Mark,
  host: SimulatedHost,
  session: string,
): Promise<void> {
  const destination = host.destinationOf(session);
  expect(await scene.lookup(id)).toEqual({ kind: 'answer', mark, destination });
}
