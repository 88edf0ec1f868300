import type { RedisConnection } from '@rollcall/session-store';

export type JobConnection = RedisConnection;

/** The connections of one worker, also those that BullMQ makes of them: whatever becomes of its close, they can be ended. */
export class JobConnections {
  private readonly opened: JobConnection[] = [];

  constructor(private readonly connect: () => JobConnection) {}

  open(): JobConnection {
    return this.keep(this.connect());
  }

  get areReady(): boolean {
    return this.opened.every(({ status }) => status === 'ready');
  }

  disconnect(): void {
    for (const connection of this.opened) connection.disconnect();
  }

  private keep(connection: JobConnection): JobConnection {
    this.opened.push(connection);
    const duplicate = connection.duplicate.bind(connection) as (
      ...args: unknown[]
    ) => JobConnection;
    return Object.assign(connection, {
      duplicate: (...args: unknown[]) => this.keep(duplicate(...args)),
    });
  }
}
