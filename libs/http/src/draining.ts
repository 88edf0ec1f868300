import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';

/** How long idle connections live on to carry one more request, whose answer then tells the client to close. */
const DRAIN_MS = 3_000;

/** Time for requests that are being answered when the drain ends. */
const LAST_ANSWERS_MS = 300;

/**
 * Ends a server without failing a request. Cutting an idle connection races with the next request on it, and a gateway
 * does not repeat a POST. So nothing new is accepted, and connections are asked to close with their next answer; after
 * `drainMs` no work is taken any more (`drained`), and those still open are cut.
 */
export class Draining {
  private readonly closed: Promise<boolean>;

  constructor(
    private readonly server: Server,
    private readonly drained: () => void,
    /** Ends the connections that are left. */
    private readonly cut = () => server.closeAllConnections(),
  ) {
    this.closed = once(server, 'close').then(() => true);
  }

  async run(drainMs = DRAIN_MS): Promise<void> {
    if (!this.server.listening) return;
    this.server.prependListener('request', askToClose);
    // Not http's own close(), which cuts idle connections at once.
    NetServer.prototype.close.call(this.server);
    if (await this.isClosedWithin(drainMs)) return;
    this.drained();
    this.server.closeIdleConnections();
    if (await this.isClosedWithin(LAST_ANSWERS_MS)) return;
    this.cut();
  }

  private async isClosedWithin(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, false);
    });
    const closed = await Promise.race([this.closed, timeout]);
    clearTimeout(timer);
    return closed;
  }
}

function askToClose(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
}
