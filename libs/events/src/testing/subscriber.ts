import { EventStreamServer, type EventStreamOptions } from '../event-stream.server';
import type { EventVerdict } from '../event-verdict';
import type { EventContext } from '../event.context';

export interface Delivered {
  readonly type: string;
  readonly verdict: EventVerdict;
}

export type Handler = (payload: { session: string }, context: EventContext) => unknown;

const PATIENCE_MS = 15_000;

/** A subscriber under test: remembers what it was given and what became of it. */
export class Subscriber {
  readonly server: EventStreamServer;
  /** Sessions whose events were given to the handler, in order. */
  readonly given: string[] = [];
  readonly delivered: Delivered[] = [];
  missed = 0;
  private readonly checks = new Set<() => void>();

  constructor(options: EventStreamOptions, handler: Handler = () => undefined) {
    this.server = new EventStreamServer(options);
    this.server.addHandler(
      'session.opened',
      async (payload: { session: string }, context: EventContext) => {
        this.given.push(payload.session);
        this.checkAll();
        return handler(payload, context);
      },
      true,
    );
    this.server.on('delivered', (type, verdict) => {
      this.delivered.push({ type, verdict });
      this.checkAll();
    });
    this.server.on('missed', (count) => {
      this.missed += count;
      this.checkAll();
    });
    this.server.listen(() => undefined);
  }

  verdicts(): EventVerdict[] {
    return this.delivered.map(({ verdict }) => verdict);
  }

  /** Resolves as soon as the condition holds after something happened here. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const seen = () => JSON.stringify({ given: this.given, delivered: this.delivered });
      const timer = setTimeout(() => reject(new Error(`waited in vain: ${seen()}`)), PATIENCE_MS);
      timer.unref();
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.checks.delete(check);
        resolve();
      };
      this.checks.add(check);
    });
  }

  /** Resolves when so many deliveries have ended. */
  async has(deliveries: number): Promise<void> {
    await this.until(() => this.delivered.length >= deliveries);
  }

  private checkAll(): void {
    for (const check of this.checks) check();
  }
}
