import { ConfigError } from '@rollcall/config';
import { StoreUnavailableError } from '@rollcall/domain';
import type { OpenSessionStore } from './open-session-store';
import { SessionStoreModule } from './session-store.module';

const never = new Promise<void>(() => undefined);

const moduleWith = (ready: OpenSessionStore['ready'], fit = never) =>
  new SessionStoreModule({ ready, fit } as OpenSessionStore);

describe('the store’s module', () => {
  it('holds its app back until the connection is there', async () => {
    const seen: string[] = [];
    const module = moduleWith(async () => {
      await Promise.resolve();
      seen.push('connected');
    });
    await module.onModuleInit();
    expect([...seen, 'started']).toEqual(['connected', 'started']);
  });

  it('lets its app start when there is no connection in time', async () => {
    const module = moduleWith(() => Promise.reject(new StoreUnavailableError('unreachable')));
    await expect(module.onModuleInit()).resolves.toBeUndefined();
  });

  it('does not let its app start on an unfit store', async () => {
    const unfit = new ConfigError(['too old']);
    await expect(moduleWith(() => Promise.reject(unfit)).onModuleInit()).rejects.toBe(unfit);
  });

  it('ends the process when a store that was away turns out to be unfit', async () => {
    const thrown = new Promise((resolve) => {
      jest.spyOn(global, 'setImmediate').mockImplementation(((work: () => void) => {
        try {
          work();
        } catch (error) {
          resolve(error);
        }
      }) as never);
    });
    const unfit = new ConfigError(['too old']);
    const away = () => Promise.reject(new StoreUnavailableError('unreachable'));
    await moduleWith(away, Promise.reject(unfit)).onModuleInit();
    expect(await thrown).toBe(unfit);
    jest.restoreAllMocks();
  });
});
