export {
  EventStreamServer,
  type EventStreamEvents,
  type EventStreamOptions,
  type EventStreamStatus,
} from './event-stream.server';
export type { ConsumerName } from './consumer-group';
export type { EventVerdict } from './event-verdict';
export { EventContext } from './event.context';
export type { StreamConnection } from './renewable-connection';
export { readEvents, type EventReading } from './read-events';
export type { StreamEntry } from './stream-entry';
