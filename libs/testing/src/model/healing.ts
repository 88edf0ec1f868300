import { qualifiedId, type LocalId, type Resolution } from '@rollcall/domain';
import { publicId } from '../builders/ids';
import { claimantsOf, wordOf } from './facts';
import { told } from './lookup-checks';
import { LOCALS } from './model-ids';
import type { ModelRun } from './model-run';
import { seconds } from './story';
import { Violation } from './violation';

const EVERYBODY = 10;
const INTERVALS_BACK = 1.1;
const BACK_MS = 2_000;

/**
 * I8, I5: once every fault has healed, everybody who is up is *back* within 1.1 intervals and 2 s; in the end the roll
 * follows from the newest reports alone, and when everybody has left, nothing is left over.
 */
export async function healEverything(run: ModelRun): Promise<void> {
  const { world, agents, lookups, reconcilers, site } = run;
  const { intervalMs, judgedAfterMs, retentionMs } = site.policy;
  world.story.begin('every fault heals');
  await world.fail(undefined);
  await world.finishAll();
  lookups.restart();
  for (const agent of agents.all) agent.recovers();
  for (const reconciler of [0, 1] as const) await reconcilers.sweep({ do: 'sweep', reconciler });
  await pass(run, INTERVALS_BACK * intervalMs + BACK_MS);
  await expectBack(run);
  await reconcilers.endProtection();
  await pass(run, longestLeaseMs(run) + judgedAfterMs + INTERVALS_BACK * intervalMs);
  await reconcilers.sweep({ do: 'sweep', reconciler: 0 });
  await lookups.look();
  await expectNewestAlone(run);
  for (const agent of agents.all) if (agent.isUp) await agents.withdraw(agent);
  await world.letTimePass(retentionMs + 1);
  const leftovers = (await site.leftovers()) ?? [];
  if (leftovers.length > 0) throw new Violation('I8', `left over: ${leftovers.join(', ')}`);
}

async function pass(run: ModelRun, ms: number): Promise<void> {
  run.world.story.begin(`${seconds(ms)} pass`);
  await run.pass(ms);
}

async function expectBack(run: ModelRun): Promise<void> {
  for (const { server, isUp, address } of run.agents.all) {
    if (!isUp) continue;
    for (const local of LOCALS) {
      const agent = run.agents.of(server);
      if (!agent?.has(local)) continue;
      const id = qualifiedId(server, local);
      const resolution = await run.lookups.answerFor(publicId(id));
      const isBack =
        resolution?.kind === 'found' &&
        resolution.stale === undefined &&
        resolution.destination.endpoint.httpPort === address.httpPort;
      if (!isBack) throw new Violation('I5', `lookup of ${id}: ${said(resolution)}; it wants 200`);
    }
  }
}

/** How much longer anybody is believed who is not up. */
function longestLeaseMs({ world, agents }: ModelRun): number {
  const { facts } = world;
  const ends = agents.all.map(({ server }) => (wordOf(facts, server)?.untilMs ?? 0) - facts.nowMs);
  return Math.max(0, ...ends);
}

async function expectNewestAlone(run: ModelRun): Promise<void> {
  const { servers } = await run.lookups.store.servers(0, EVERYBODY);
  const up = run.agents.all.filter(({ isUp }) => isUp);
  const names = servers.map(({ server }) => server).sort();
  if (names.join() !== up.map(({ server }) => server).join())
    throw new Violation('I8', `${names.join(', ') || 'nobody'} is on the roll in the end`);
  for (const local of LOCALS) {
    const resolution = await run.lookups.answerFor(publicId(local));
    const expected = expectedOf(run, local);
    if (outcomeOf(resolution) !== expected)
      throw new Violation('I8', `lookup of ${local}: ${said(resolution)}; it wants ${expected}`);
  }
}

function expectedOf({ world }: ModelRun, local: LocalId): string {
  const [sole, ...others] = claimantsOf(world.facts, local);
  if (!sole) return '404';
  return others.length > 0 ? '404 ambiguous' : `200 of ${sole.server}`;
}

function outcomeOf(resolution: Resolution | undefined): string {
  if (resolution?.kind === 'found') return `200 of ${resolution.destination.server}`;
  if (resolution?.kind !== 'not-found') return said(resolution);
  return resolution.reason === 'ambiguous' ? '404 ambiguous' : '404';
}

function said(resolution: Resolution | undefined): string {
  return resolution ? told(resolution) : 'no answer';
}
