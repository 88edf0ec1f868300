export { rollKeys, type RollKeys, type RollName } from './keys';
export {
  closeRedis,
  openSessionStore,
  type OpenSessionStore,
  type SessionStoreOptions,
} from './open-session-store';
export { connectRedis, type RedisConnection, type StoreObserver } from './redis-connection';
export type { RedisRole } from './redis-roles';
export type { TellOperator } from './store-contact';
export { StoreWatch } from './store-watch';
export { EVENTS_MAX, RedisSessionStore } from './redis-session-store';
export {
  IDENTITY_STORE,
  OPEN_SESSION_STORE,
  SESSION_STORE,
  SessionStoreModule,
} from './session-store.module';
