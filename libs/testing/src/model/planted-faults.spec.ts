import { Roll } from '../store/roll';
import { RollPulse } from '../store/roll-pulse';
import type { refusalBy } from '../store/server-entry';
import { ServerTable } from '../store/server-table';
import { searchCounterexample } from './counterexample';
import { inMemorySite } from './in-memory-site';
import { anyStory } from './step-arbitraries';
import { Violation } from './violation';

const RUNS_MAX = 1_000;
const SEED = 1;
const TIMEOUT_MS = 120_000;

let mockHasFence = true;

interface Entries {
  readonly refusalBy: typeof refusalBy;
}

jest.mock('../store/server-entry', (): Entries => {
  const entries: Entries = jest.requireActual('../store/server-entry');
  return {
    ...entries,
    refusalBy: (...asked) => (mockHasFence ? entries.refusalBy(...asked) : undefined),
  };
});

/** Each takes one mechanism out of the in-memory store; the properties that may then be found broken. */
const FAULTS: Record<string, { plant: () => void; breaks: readonly string[] }> = {
  'no fence': {
    plant: () => (mockHasFence = false),
    breaks: ['F5', 'I3'],
  },
  'no second look in the eviction': {
    plant: () => {
      jest.spyOn(Roll.prototype, 'evict').mockImplementation(function (this: Roll, seen, nowMs) {
        return this.evictNow(seen.server, nowMs);
      });
    },
    breaks: ['F26', 'I5', 'belief'],
  },
  'no tombstone': {
    plant: () => {
      const { set } = ServerTable.prototype;
      jest.spyOn(ServerTable.prototype, 'set').mockImplementation(function (
        this: ServerTable,
        server,
        entry,
      ) {
        if (entry.kind === 'tombstone') this.delete(server);
        else set.call(this, server, entry);
      });
    },
    breaks: ['I3'],
  },
  'always settled': {
    plant: () => {
      jest.spyOn(RollPulse.prototype, 'beat').mockReturnValue(true);
      jest.spyOn(RollPulse.prototype, 'isSettled').mockReturnValue(true);
    },
    breaks: ['I1', 'I5', 'belief'],
  },
};

describe('the model finds', () => {
  afterEach(() => {
    mockHasFence = true;
    jest.restoreAllMocks();
  });

  it.each(Object.entries(FAULTS))(
    '%s, and tells how in few steps',
    async (_, { plant, breaks }) => {
      plant();
      const options = { runs: RUNS_MAX, seed: SEED };
      const { counterexample } = await searchCounterexample(
        await inMemorySite(),
        anyStory,
        options,
      );
      const { violation, story = '' } = counterexample ?? {};

      if (!(violation instanceof Violation)) throw violation ?? new Error('nothing was found');
      expect(breaks).toContain(violation.property);
      expect(story.split('\n').length).toBeLessThan(15);
    },
    TIMEOUT_MS,
  );
});
