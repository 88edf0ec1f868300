import type { connectRedis } from '@rollcall/session-store';

export type JobConnection = ReturnType<typeof connectRedis>;

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
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = (options) => this.keep(duplicate(options));
    return connection;
  }
}
