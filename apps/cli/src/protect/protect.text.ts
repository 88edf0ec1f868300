import { PROTECTION_SERVERS_MIN, type BeliefPolicy } from '@rollcall/domain';
import { counted } from '../output/counted';
import { compareNaturally } from '../output/natural-order';
import { percent } from '../output/percent';
import { formatTable, NOTHING, type Column } from '../output/table';
import { protectionBanner } from './protection.banner';
import type { ProtectionReading } from './read-protection';

/** How a zone stands: `ended` by an operator or by time, and not to start again before few are late. */
type ZoneState = 'protected' | 'ended' | 'ordinary';

interface ZoneRow {
  readonly zone: string;
  readonly state: ZoneState;
  readonly late: number;
  readonly servers: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'ZONE' },
  { title: 'STATE' },
  { title: 'LATE', align: 'right' },
  { title: 'SERVERS', align: 'right' },
  { title: 'SHARE', align: 'right' },
];

/** Who is protected, how every zone fares, and what would change that. */
export function protectText(reading: ProtectionReading, belief: BeliefPolicy): string {
  const { survey, protections } = reading;
  const rows = zoneRows(reading);
  const summary = `${counted(survey.servers, 'server')} on the roll, ${survey.lateTotal} late.`;
  return [
    protectionBanner(protections) ?? `No zone is protected. ${summary}`,
    ...(rows.length > 0 ? ['', formatTable(COLUMNS, rows.map(cells)), ''] : []),
    ...(rows.length > 0 && protections.length > 0 ? [summary] : []),
    `A zone is protected from ${percent(belief.protectionThreshold)} of its servers on, and at least ${PROTECTION_SERVERS_MIN}, that are late at once.`,
    ...(rows.some(({ state }) => state === 'ended')
      ? [`ended: it starts again only after fewer than ${armsBelow(belief)} were late.`]
      : []),
    ...(survey.settled ? [] : ['The roll is not settled: nobody is called late before it is.']),
  ].join('\n');
}

/** The same for programs. */
export function protectDocument(reading: ProtectionReading) {
  const { survey, protections } = reading;
  return {
    settled: survey.settled,
    servers: survey.servers,
    late: survey.lateTotal,
    protections,
    zones: zoneRows(reading),
  };
}

/** The share below which a protection ends, and may start again. */
export function armsBelow({ protectionThreshold }: BeliefPolicy): string {
  return percent(protectionThreshold / 2);
}

function zoneRows({ survey, protections }: ProtectionReading): ZoneRow[] {
  const surveyed = survey.zones.map(({ zone }) => zone);
  const names = new Set([...surveyed, ...survey.protections.map(({ zone }) => zone)]);
  return [...names].sort(compareNaturally).map((zone) => {
    const { late = 0, servers = 0 } = survey.zones.find((one) => one.zone === zone) ?? {};
    const isOn = protections.some((protection) => protection.zone === zone);
    const isKnown = survey.protections.some((protection) => protection.zone === zone);
    const state = isOn ? 'protected' : isKnown ? 'ended' : 'ordinary';
    return { zone, state, late, servers };
  });
}

function cells({ zone, state, late, servers }: ZoneRow): string[] {
  const share = servers > 0 ? percent(late / servers) : NOTHING;
  const shown = state === 'ordinary' ? NOTHING : state;
  return [zone || NOTHING, shown, String(late), String(servers), share];
}
