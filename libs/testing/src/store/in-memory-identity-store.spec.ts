import { describeIdentityStore } from '../conformance/identity-store.suite';
import { InMemoryIdentityStore } from './in-memory-identity-store';

describeIdentityStore('memory', async () => {
  const store = new InMemoryIdentityStore();
  return { store, clear: async () => store.clear(), stop: async () => undefined };
});
