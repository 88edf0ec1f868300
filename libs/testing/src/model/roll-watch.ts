import {
  qualifiedId,
  type Fence,
  type HoldCause,
  type PublicId,
  type ServerId,
  type ServerPage,
  type ServerRecord,
} from '@rollcall/domain';
import { publicId } from '../builders/ids';
import type { Acknowledged } from './acknowledged';
import { belief, wordOf, type Facts, type Word } from './facts';
import type { Lookup } from './id-sight';
import { checkLookup } from './lookup-checks';
import type { ModelAgent } from './model-agent';
import { LOCALS, SERVERS } from './model-ids';
import type { ModelProcess } from './model-site';
import type { ModelResolver } from './model-resolver';
import { seconds } from './story';
import { Violation } from './violation';

const EVERYBODY = 10;

/** Every id there is. */
export const PUBLIC_IDS: readonly PublicId[] = [
  ...SERVERS.flatMap((server) => LOCALS.map((local) => publicId(qualifiedId(server, local)))),
  ...LOCALS.map((local) => publicId(local)),
];

/** Who looks, with what, and at whom. */
export interface Watched {
  readonly acknowledged: Acknowledged;
  readonly agents: readonly ModelAgent[];
  /** I2: nobody is believed who has been silent for longer, by its own clock. */
  readonly silentAtMostMs: number;
  readonly resolver: ModelResolver;
  readonly process: ModelProcess;
  /** The moment, by the resolver's own clock. */
  readonly ownMs: () => number;
  /** Whose doing the last step was. */
  readonly actor: ServerId | undefined;
}

/** Asks for everything, and reads the roll: throws at the first thing that is not as it has to be. */
export async function lookAtEverything(watched: Watched): Promise<void> {
  const { acknowledged, process, resolver, ownMs } = watched;
  if (acknowledged.isBetween) return;
  const [page, ...resolutions] = await Promise.all([
    process.store.servers(0, EVERYBODY),
    ...PUBLIC_IDS.map((id) => resolver.look(process.store, id, ownMs)),
  ]);
  checkPage(page, watched);
  const window = [acknowledged.facts];
  resolutions.forEach((resolution, index) => {
    const id = PUBLIC_IDS[index];
    if (!resolution || !id) return;
    checkLookup(lookupOf(id, resolution, watched), window);
    checkSilence(id, resolution, watched);
  });
}

/** I2, by everybody's clock but the store's. */
function checkSilence(
  { local }: PublicId,
  resolution: Lookup['resolution'],
  { agents, silentAtMostMs, ownMs }: Watched,
): void {
  if (resolution.kind !== 'found' || resolution.stale) return;
  const { server } = resolution.destination;
  const silentMs = agents.find((each) => each.server === server)?.silentMs(ownMs()) ?? 0;
  if (silentMs > silentAtMostMs)
    throw new Violation(
      'I2',
      `${server} is still answered for ${local}, silent for ${seconds(silentMs)}`,
    );
}

/** An answer with all that it has to be judged by. */
export function lookupOf(id: PublicId, resolution: Lookup['resolution'], watched: Watched): Lookup {
  const { resolver, ownMs } = watched;
  return {
    server: serverOf(id),
    local: id.local,
    resolution,
    renewing: resolver.isRenewing(ownMs()),
    permits: resolver.permits,
    isSteady: steadySince(id, watched) !== undefined,
  };
}

/** After which interruption its host has reported an id at its time until now; undefined when it has not. */
export function steadySince(id: PublicId, { agents, ownMs }: Watched): number | undefined {
  const agent = agents.find(({ server }) => server === serverOf(id));
  const since = agent?.steadySince(ownMs());
  return agent?.told.includes(id.local) && agent.has(id.local) ? since : undefined;
}

function serverOf(id: PublicId): ServerId | undefined {
  return id.kind === 'qualified' ? id.server : undefined;
}

/** I3, I4, F5: the roll holds of each server what it said last, and nothing else has moved it. */
function checkPage({ servers }: ServerPage, { acknowledged, actor }: Watched): void {
  const { facts } = acknowledged;
  for (const server of SERVERS) {
    const word = wordOf(facts, server);
    const record = servers.find((each) => each.server === server);
    if (!word && record) throw new Violation('I3', `${server} is on the roll, but was struck off`);
    if (!word) continue;
    if (!record)
      throw new Violation('I8', `${server} is not on the roll, but said so in step ${word.step}`);
    if (isOlder(record, word))
      throw new Violation('F5', `${server} is at ${fence(record)}, but has been at ${fence(word)}`);
    if (isAsSaid(record, word) || belief(word, facts.nowMs) === 'maybe') continue;
    const seen = standing(record, record.reportedAtMs, record.leaseEndsAtMs, record.held, facts);
    const said = standing(word, word.saidAtMs, word.untilMs, heldAs(word), facts);
    throw new Violation(
      actor !== undefined && actor !== server ? 'I4' : 'I3',
      `${server} is on the roll ${seen}; it wants ${said}`,
    );
  }
}

function isAsSaid(record: ServerRecord, word: Word): boolean {
  return (
    record.boot === word.boot &&
    record.sequence === word.sequence &&
    record.reportedAtMs === word.saidAtMs &&
    record.leaseEndsAtMs === word.untilMs &&
    record.held === heldAs(word)
  );
}

/** Who never told a list has no answers that could be marked. */
function heldAs({ list, held }: Word): HoldCause | undefined {
  return list && held;
}

function isOlder(one: Fence, other: Fence): boolean {
  return one.boot === other.boot ? one.sequence < other.sequence : one.boot < other.boot;
}

function standing(
  at: Fence,
  saidAtMs: number,
  untilMs: number,
  held: HoldCause | undefined,
  { nowMs }: Facts,
): string {
  const until = `until ${seconds(untilMs - nowMs)} from now`;
  return `at ${fence(at)}, said ${seconds(nowMs - saidAtMs)} ago, ${held ? `held (${held}) ` : ''}${until}`;
}

function fence({ boot, sequence }: Fence): string {
  return `${boot}.${sequence}`;
}
