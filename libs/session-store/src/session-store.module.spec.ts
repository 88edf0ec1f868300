import { StoreUnavailableError } from '@rollcall/domain';
import type { OpenSessionStore } from './open-session-store';
import { SessionStoreModule } from './session-store.module';

const moduleWith = (ready: OpenSessionStore['ready']) =>
  new SessionStoreModule({ ready } as OpenSessionStore);

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
});
