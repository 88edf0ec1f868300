import { CommandError } from './commands.mjs';
import { seededRandom } from './random.mjs';
import { select } from './selection.mjs';

function host(index, traits = {}) {
  const server = `swarm-${index + 1}`;
  const zone = 'ab'[index % 2];
  return { server, zone, phase: 'live', isRunning: true, isSilent: false, door: 'open', ...traits };
}

const CRASHED = { phase: 'crashed', isRunning: false };
const DEAD = { ...CRASHED, door: 'refused' };
const LEFT = { phase: 'left', isRunning: false };
const NEW = { phase: 'new', isRunning: false };

/** Ten hosts, of which the first ones are as given. */
function hosts(...traits) {
  return Array.from({ length: 10 }, (_, index) => host(index, traits[index]));
}

const namesOf = (chosen) => chosen.map(({ server }) => server);
const choose = (from, verb, who, seed = 1) => select(from, verb, who, seededRandom(seed));

describe('the hosts that a command means', () => {
  it('are as many as it says, at random, and the same for the same seed', () => {
    const first = namesOf(choose(hosts(), 'crash', { count: 4 }));

    expect(new Set(first).size).toBe(4);
    expect(namesOf(choose(hosts(), 'crash', { count: 4 }))).toEqual(first);
    expect(namesOf(choose(hosts(), 'crash', { count: 4 }, 2))).not.toEqual(first);
  });

  it('are all there are when it says more', () => {
    expect(choose(hosts(CRASHED, CRASHED), 'crash', { count: 100 })).toHaveLength(8);
  });

  it('are a share of all hosts, not of those that it can be done to', () => {
    expect(choose(hosts(CRASHED, CRASHED, CRASHED), 'crash', { share: 0.6 })).toHaveLength(6);
    expect(choose(hosts(), 'crash', { share: 0.4, zone: 'a' })).toHaveLength(2);
  });

  it('are in the zone that it names', () => {
    const chosen = choose(hosts(), 'silence', { all: true, zone: 'b' });
    expect(chosen.map(({ zone }) => zone)).toEqual(['b', 'b', 'b', 'b', 'b']);
  });

  it.each([
    ['crash', 10 - 4],
    ['leave', 10 - 4],
    ['die', 10 - 2],
    ['churn', 10 - 4],
    ['resume', 3],
    ['open', 1],
  ])('%s: only hosts that it can be done to', (verb, count) => {
    const some = hosts(CRASHED, DEAD, LEFT, { ...NEW, door: 'refused' });
    some[3].door = verb === 'open' || verb === 'resume' ? 'open' : 'refused';
    expect(choose(some, verb, { all: true })).toHaveLength(count);
  });

  it('are those that are so, when it says how', () => {
    const some = hosts(CRASHED, LEFT, { isSilent: true });
    expect(namesOf(choose(some, 'resume', { all: true, phase: 'crashed' }))).toEqual(['swarm-1']);
    expect(namesOf(choose(some, 'resume', { all: true, phase: 'silent' }))).toEqual(['swarm-3']);
  });

  it('are the one that it names, if it can be done to it', () => {
    expect(namesOf(choose(hosts(CRASHED), 'die', { host: 'swarm-1' }))).toEqual(['swarm-1']);
    expect(choose(hosts(CRASHED), 'crash', { host: 'swarm-1' })).toEqual([]);
  });

  it.each([
    ['zone', { all: true, zone: 'q' }],
    ['host', { host: 'swarm-11' }],
  ])('cannot be of a %s that is not there', (_what, who) => {
    expect(() => choose(hosts(), 'crash', who)).toThrow(CommandError);
  });
});
