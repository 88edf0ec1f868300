import type { BeliefPolicy, Survey } from '@rollcall/domain';
import { formatMoment } from '../output/moment';
import { compareNaturally } from '../output/natural-order';

/** A zone whose late servers are believed until they are confirmed dead, as `--json` shows it. */
export interface ProtectedZone {
  /** Empty for all servers without one. */
  readonly zone: string;
  /** Moment of its start, by the store's clock. */
  readonly since: string;
  readonly protectedForMs: number;
  /** How many are late now, of how many. */
  readonly late: number;
  readonly servers: number;
  readonly lateAtStart: number;
  readonly serversAtStart: number;
  /** It ends when a smaller share is late. */
  readonly endsBelowShare: number;
  /** It has ended by then, however many are late. */
  readonly endsInMs: number;
  /** What ends it now. */
  readonly off: string;
}

/** The zones that are protected at the moment of the survey. */
export function protectedZones(
  { nowMs, protections, zones }: Pick<Survey, 'nowMs' | 'protections' | 'zones'>,
  { holdMaxMs, protectionThreshold }: Pick<BeliefPolicy, 'holdMaxMs' | 'protectionThreshold'>,
): ProtectedZone[] {
  return protections
    .filter(({ state, sinceMs }) => state === 'on' && nowMs < sinceMs + holdMaxMs)
    .map(({ zone, sinceMs, late, servers }) => {
      const now = zones.find((survey) => survey.zone === zone);
      return {
        zone,
        since: formatMoment(sinceMs),
        protectedForMs: Math.max(0, nowMs - sinceMs),
        late: now?.late ?? 0,
        servers: now?.servers ?? 0,
        lateAtStart: late,
        serversAtStart: servers,
        endsBelowShare: protectionThreshold / 2,
        endsInMs: sinceMs + holdMaxMs - nowMs,
        off: offCommand(zone),
      };
    })
    .sort((a, b) => compareNaturally(a.zone, b.zone));
}

/** What of a protected zone does not change by time alone. */
export function essenceOfZone({ protectedForMs, endsInMs, ...zone }: ProtectedZone): unknown {
  return zone;
}

function offCommand(zone: string): string {
  const command = 'rollcall protect off';
  if (zone === '') return `${command} --zone ''`;
  return zone.startsWith('-') ? `${command} --zone=${zone}` : `${command} --zone ${zone}`;
}
