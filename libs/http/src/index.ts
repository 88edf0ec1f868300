export {
  BoundedGate,
  type BoundedGateOptions,
  type Stopping,
  type Unavailable,
  type UnavailableCause,
} from './bounded-gate';
export { Draining } from './draining';
export { errorAnswer, jsonAnswer, rawAnswer, writeAnswer, type HttpAnswer } from './http-answer';
export { Listener, type ListenerOptions } from './listener';
export type { ConnectionAnswer } from './parser-refusal';
export { RefusedConnections, type ConnectionRefusal } from './refused-connections';
export { Shares } from './shares';
