export { rollKeys, type RollKeys, type RollName } from './keys';
export {
  closeRedis,
  openSessionStore,
  type OpenSessionStore,
  type SessionStoreOptions,
} from './open-session-store';
export { connectRedis, type RedisRole, type StoreObserver } from './redis-connection';
export { EVENTS_MAX, RedisSessionStore } from './redis-session-store';
export { OPEN_SESSION_STORE, SESSION_STORE, SessionStoreModule } from './session-store.module';
