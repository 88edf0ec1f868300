import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler may know of a delivery besides its payload: `@Ctx() context: EventContext`. */
export class EventContext extends BaseRpcContext<[id: string, type: string, deliveries: number]> {
  /** The stream's id of the event: the same at every delivery of it. */
  get id(): string {
    return this.args[0];
  }

  /** The event's type. */
  get type(): string {
    return this.args[1];
  }

  /** 1 at the first delivery, more when an earlier one failed. */
  get deliveries(): number {
    return this.args[2];
  }
}
