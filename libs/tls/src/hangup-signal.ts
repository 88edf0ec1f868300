import type { Logger } from '@rollcall/observability';
import type { ServerTls } from './server-tls';

/** SIGHUP, by which daemons are told to read their files again; without a listener it would end the process. */
export class HangupSignal {
  constructor(
    private readonly logger: Pick<Logger, 'info'>,
    private readonly tls?: Pick<ServerTls, 'reload'>,
  ) {}

  start(): void {
    process.on('SIGHUP', this.received);
  }

  stop(): void {
    process.off('SIGHUP', this.received);
  }

  private readonly received = (): void => {
    if (this.tls) void this.tls.reload();
    else this.logger.info('SIGHUP: there are no TLS files to read again');
  };
}
