import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ConfigError } from '@rollcall/config';
import {
  openSessionStore,
  type OpenSessionStore,
  type SessionStoreOptions,
} from './open-session-store';

/** Injects the store, as whichever of the port's interfaces the consumer needs. */
export const SESSION_STORE = Symbol('SessionStore');

/** Injects the connection behind the store. */
export const OPEN_SESSION_STORE = Symbol('OpenSessionStore');

/** Injects who may report through a door, from the same connection. */
export const IDENTITY_STORE = Symbol('IdentityStore');

/** Longer than a Redis that is there ever takes; an app starts without one, too. */
const FIRST_CONNECTION_MS = 1_000;

/** Gives an app its session store; the connection is closed when the app has shut down. */
@Module({})
export class SessionStoreModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(OPEN_SESSION_STORE) private readonly opened: OpenSessionStore) {}

  /** Opens the store for the whole app. */
  static register(options: SessionStoreOptions): DynamicModule {
    return {
      module: SessionStoreModule,
      global: true,
      providers: [
        {
          provide: OPEN_SESSION_STORE,
          useFactory: () => openSessionStore({ tell: warn, ...options }),
        },
        {
          provide: SESSION_STORE,
          inject: [OPEN_SESSION_STORE],
          useFactory: ({ store }: OpenSessionStore) => store,
        },
        {
          provide: IDENTITY_STORE,
          inject: [OPEN_SESSION_STORE],
          useFactory: ({ identities }: OpenSessionStore) => identities,
        },
      ],
      exports: [SESSION_STORE, IDENTITY_STORE, OPEN_SESSION_STORE],
    };
  }

  /** Nothing is let in before the connection is there (what came in between would fail), nor ever on an unfit store. */
  async onModuleInit(): Promise<void> {
    try {
      await this.opened.ready(FIRST_CONNECTION_MS);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      this.opened.fit.catch(endProcess);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.close();
  }
}

const logger = new Logger('SessionStore');

function warn(sentence: string): void {
  logger.warn(sentence);
}

/** Nobody waits for the first contact by then: thrown where nobody catches it, the error ends the process. */
function endProcess(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
