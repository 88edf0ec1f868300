import { formatDuration } from '../output/duration';
import { counted } from '../output/counted';
import { percent } from '../output/percent';
import { visible } from '../output/visible-text';
import type { ProtectedZone } from './protected-zone';
import { zoneName } from './zone-name';

/** So many zones are shown one by one: a banner must not push away what was asked for. */
const ZONES_MAX = 3;

const MARK = '!!';

/** What nobody may overlook while a zone is protected; undefined when none is. */
export function protectionBanner(zones: readonly ProtectedZone[]): string | undefined {
  if (zones.length === 0) return undefined;
  const more = zones.length - ZONES_MAX;
  const lines = [
    ...zones.slice(0, ZONES_MAX).flatMap(zoneLines),
    ...(more > 0 ? [`and ${counted(more, 'more zone')}: rollcall protect`] : []),
    'Silence is no evidence there: who is late is believed until confirmed dead.',
  ];
  return lines.map((line) => `${MARK} ${line}`).join('\n');
}

function zoneLines(zone: ProtectedZone): string[] {
  const { late, servers, lateAtStart, serversAtStart } = zone;
  return [
    `PROTECTED: ${zoneName(zone.zone)}, since ${zone.since}`,
    `  ${late} of ${counted(servers, 'server')} late now, ${lateAtStart} of ${serversAtStart} when it began`,
    `  ends below ${percent(zone.endsBelowShare)} late, in ${formatDuration(zone.endsInMs)} at the latest`,
    `  ends now with: ${visible(zone.off)}`,
  ];
}
