import { inMemoryHarness } from '../conformance/in-memory-harness';
import { describeSessionStore } from '../conformance/session-store.suite';
import { describeRandomOperations } from '../random/random-operations.suite';

describeSessionStore('the in-memory store', inMemoryHarness);

describeRandomOperations('the in-memory store', inMemoryHarness, {
  operations: 1_000,
  seeds: [1, 2, 3, 4, 5],
});
