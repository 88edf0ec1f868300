import type { BoundedLog, BoundedLogs, LogRule } from '@rollcall/observability';
import type { TlsRefusal } from './tls-refusal';

/** One refused client; nothing of its certificate. */
export interface RefusedClient {
  /** Which port it came to. */
  readonly port: string;
  /** Node's or OpenSSL's name for what was wrong. */
  readonly cause: string;
  /** Where the connection came from, as far as it is still known. */
  readonly address?: string;
}

/** A certificate that does not do may be one that is needed: its client is then locked out. */
const CERTIFICATE: LogRule = { level: 'warn', linesMax: 10 };

const RULES: Readonly<Record<TlsRefusal, LogRule>> = {
  none: CERTIFICATE,
  expired: CERTIFICATE,
  untrusted: CERTIFICATE,
  other: { level: 'info', linesMax: 10 },
};

/** One line per refused client, bounded per reason and period. */
export class TlsRefusalLog {
  private readonly lines: BoundedLog<TlsRefusal>;

  constructor(logs: BoundedLogs) {
    this.lines = logs.of('refused TLS client', RULES);
  }

  refused(reason: TlsRefusal, client: RefusedClient): void {
    if (this.lines.admits(reason)) this.lines.write(reason, { ...client });
  }
}
