import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import {
  openSessionStore,
  type OpenSessionStore,
  type SessionStoreOptions,
} from './open-session-store';

/** Injects the store, as whichever of the port's interfaces the consumer needs. */
export const SESSION_STORE = Symbol('SessionStore');

/** Injects the connection behind the store. */
export const OPEN_SESSION_STORE = Symbol('OpenSessionStore');

/** Gives an app its session store; the connection is closed when the app has shut down. */
@Module({})
export class SessionStoreModule implements OnApplicationShutdown {
  constructor(@Inject(OPEN_SESSION_STORE) private readonly opened: OpenSessionStore) {}

  /** Opens the store for the whole app. */
  static register(options: SessionStoreOptions): DynamicModule {
    return {
      module: SessionStoreModule,
      global: true,
      providers: [
        { provide: OPEN_SESSION_STORE, useFactory: () => openSessionStore(options) },
        {
          provide: SESSION_STORE,
          inject: [OPEN_SESSION_STORE],
          useFactory: ({ store }: OpenSessionStore) => store,
        },
      ],
      exports: [SESSION_STORE, OPEN_SESSION_STORE],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.close();
  }
}
