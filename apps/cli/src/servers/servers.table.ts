import { counted } from '../output/counted';
import { formatDuration } from '../output/duration';
import { hostPort } from '../output/host-port';
import { leaseText, stateText } from '../output/state-text';
import { formatTable, NOTHING, type Column } from '../output/table';
import { SERVER_STATES, type ServerRow } from './server-rows';

const COLUMNS: readonly Column[] = [
  { title: 'SERVER' },
  { title: 'STATE' },
  { title: 'ZONE' },
  { title: 'ENDPOINT' },
  { title: 'QUIC', align: 'right' },
  { title: 'SESSIONS', align: 'right' },
  { title: 'REPORTED', align: 'right' },
  { title: 'LEASE LEFT', align: 'right' },
];

export function serversTable(rows: readonly ServerRow[]): string {
  return `${formatTable(COLUMNS, rows.map(cells))}\n\n${summary(rows)}`;
}

function cells(row: ServerRow): string[] {
  return [
    row.server,
    stateText(row),
    row.zone || NOTHING,
    hostPort(row.host, row.httpPort),
    row.quicPort === null ? NOTHING : String(row.quicPort),
    String(row.sessions),
    `${formatDuration(row.reportedAgoMs)} ago`,
    leaseText(row),
  ];
}

function summary(rows: readonly ServerRow[]): string {
  const counts = SERVER_STATES.map(
    (state) => [state, rows.filter((row) => row.state === state).length] as const,
  );
  const states = counts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const unhealthy = rows.filter(({ healthy }) => !healthy).length;
  const sessions = rows.reduce((total, row) => total + row.sessions, 0);
  return [
    `${counted(rows.length, 'server')}: ${states.join(', ')}`,
    ...(unhealthy > 0 ? [`${unhealthy} unhealthy`] : []),
    counted(sessions, 'session'),
  ].join(' · ');
}
