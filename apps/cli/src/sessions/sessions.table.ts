import { counted } from '../output/counted';
import { hostPort } from '../output/host-port';
import { leaseText, stateText } from '../output/state-text';
import { formatTable, NOTHING, type Column } from '../output/table';
import type { BareId, SessionRow } from './session-rows';

const COLUMNS: readonly Column[] = [
  { title: 'SESSION' },
  { title: 'BARE ID' },
  { title: 'SERVER' },
  { title: 'ENDPOINT' },
  { title: 'STATE' },
  { title: 'LEASE LEFT', align: 'right' },
];

const BARE_ID: Record<BareId, string> = { ok: 'ok', ambiguous: 'ambiguous', none: NOTHING };

export function sessionsTable(rows: readonly SessionRow[]): string {
  return `${formatTable(COLUMNS, rows.map(cells))}\n\n${summary(rows)}`;
}

function cells(row: SessionRow): string[] {
  return [
    row.id,
    BARE_ID[row.bare],
    row.server,
    hostPort(row.host, row.httpPort),
    stateText(row),
    leaseText(row),
  ];
}

function summary(rows: readonly SessionRow[]): string {
  const servers = new Set(rows.map(({ server }) => server)).size;
  return `${counted(rows.length, 'session')} on ${counted(servers, 'server')}`;
}
