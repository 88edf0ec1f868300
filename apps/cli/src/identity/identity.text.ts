import type { ServerId } from '@rollcall/domain';
import { counted } from '../output/counted';
import { formatMoment } from '../output/moment';
import { formatTable, NOTHING, type Column } from '../output/table';
import type { IdentityRow } from './identity-rows';

const COLUMNS: readonly Column[] = [
  { title: 'SERVER' },
  { title: 'REPORTS WITH' },
  { title: 'ISSUED' },
  { title: 'OLDER TOKEN' },
  { title: 'CHANGED' },
];

const REPORTS_WITH: Readonly<Record<IdentityRow['state'], string>> = {
  token: 'a token',
  'token-alone': 'a token alone',
  revoked: 'nothing: revoked',
  certificate: 'a certificate',
};

/** What a person is told besides the token, which stands on stdout alone. */
export function issuedText(server: ServerId, voided: number): string {
  return [
    `A token of ${server}; nobody sees it again. Keep it in a file of mode 600, report-token in AGENT_STATE_DIR of ${server}.`,
    ...(voided > 0 ? [`${counted(voided, 'older token')} of ${server} is void now.`] : []),
  ].join('\n');
}

export function revokedText(server: ServerId, voided: number, olderOnly: boolean): string {
  if (olderOnly) {
    return voided > 0
      ? `The older token of ${server} is void now.`
      : `${server} has no older token.`;
  }
  return `${server} may not report any more: ${counted(voided, 'token')} void, and a certificate of that name is refused.`;
}

export function admittedText(server: ServerId, wasRevoked: boolean): string {
  return wasRevoked
    ? `${server} may report with a certificate again.`
    : `No certificate of ${server} was refused.`;
}

export function identitiesTable(rows: readonly IdentityRow[]): string {
  return `${formatTable(COLUMNS, rows.map(cells))}\n\n${counted(rows.length, 'server')}`;
}

/** The rows for programs. */
export function identitiesDocument(rows: readonly IdentityRow[]): unknown {
  return {
    identities: rows.map(({ server, state, issuedAtMs, changedAtMs }) => ({
      server,
      state,
      issuedAt: issuedAtMs.map(formatMoment),
      changedAt: formatMoment(changedAtMs),
    })),
  };
}

function cells({ server, state, issuedAtMs, changedAtMs }: IdentityRow): string[] {
  const [newest, older] = issuedAtMs.map(formatMoment);
  return [
    server,
    REPORTS_WITH[state],
    newest ?? NOTHING,
    older ?? NOTHING,
    formatMoment(changedAtMs),
  ];
}
