import type { BeliefPolicy, BeliefStore, Survey } from '@rollcall/domain';
import { compareNaturally } from '../output/natural-order';
import { protectedZones, type ProtectedZone } from './protected-zone';

/** Whose protection is to end; with neither, that of the one zone that is protected. */
export interface OffChoice {
  readonly zones?: readonly string[];
  readonly all: boolean;
}

/** What became of one zone. */
export type ZoneOutcome =
  | { readonly kind: 'ended'; readonly zone: string; readonly was: ProtectedZone }
  /** Its protection was another one when the change arrived; `on` tells how it stands now. */
  | { readonly kind: 'changed'; readonly zone: string; readonly on: boolean }
  | { readonly kind: 'not-protected'; readonly zone: string };

export type OffOutcome =
  | { readonly kind: 'done'; readonly zones: readonly ZoneOutcome[] }
  /** Several zones are protected, and none was named. */
  | { readonly kind: 'unclear'; readonly zones: readonly string[] };

type OffStore = Pick<BeliefStore, 'survey' | 'changeProtection'>;

/** Ends protections by compare-and-set: only as they were when it looked. */
export async function protectOff(
  store: OffStore,
  belief: BeliefPolicy,
  { zones: named, all }: OffChoice,
): Promise<OffOutcome> {
  const survey = await store.survey(1);
  const on = protectedZones(survey, belief);
  if (named === undefined && !all && on.length > 1) {
    return { kind: 'unclear', zones: on.map(({ zone }) => zone) };
  }
  const wanted = named ? [...new Set(named)].sort(compareNaturally) : on.map(({ zone }) => zone);
  const zones: ZoneOutcome[] = [];
  for (const zone of wanted) {
    const was = on.find((candidate) => candidate.zone === zone);
    zones.push(
      was === undefined
        ? { kind: 'not-protected', zone }
        : await endOne(store, belief, was, versionOf(survey, zone)),
    );
  }
  return { kind: 'done', zones };
}

async function endOne(
  store: OffStore,
  belief: BeliefPolicy,
  was: ProtectedZone,
  seenVersion: number,
): Promise<ZoneOutcome> {
  const { zone } = was;
  const change = { to: 'ended', reason: 'operator' } as const;
  if (await store.changeProtection(zone, seenVersion, change)) return { kind: 'ended', zone, was };
  const now = protectedZones(await store.survey(1), belief);
  return { kind: 'changed', zone, on: now.some((candidate) => candidate.zone === zone) };
}

function versionOf({ protections }: Survey, zone: string): number {
  return protections.find((protection) => protection.zone === zone)?.version ?? 0;
}
