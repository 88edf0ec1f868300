import { isReconcilers, startBehindProxy } from '../site/tcp-proxy.mjs';

/** What only these commands of a sweep hold: the eviction of one that has lapsed, and the word that the sweep is over. */
const EVICTION = '\r\nlapsed\r\n';
const SWEPT = ':swept\r\n$';
const CAUGHT_WITHIN_MS = 20_000;

/** A store for `arrange` that lets the reconcilers' commands pass one by one. */
export const startGuardedStore = () => startBehindProxy({ behind: isReconcilers });

/**
 * From now on the sweep that is to strike off another server after so many, or to say that it is over, gets no further;
 * nor does any other that comes so far, for a second job is started one sweep interval later. Resolves to a function that
 * waits for the first and tells whose it was.
 */
export async function keepSweep({ site, pass }, { afterEvictions = 0, isOver = false }) {
  const { kept } = await site.store.proxy.keepBack({
    from: isOver ? SWEPT : EVICTION,
    after: EVICTION,
    times: afterEvictions,
  });
  return async () => {
    const road = await Promise.race([kept, pass(CAUGHT_WITHIN_MS)]);
    const sweeper = site.reconcilers.find((one) => one.road === road);
    if (!sweeper) throw new Error(`No sweep came so far within ${CAUGHT_WITHIN_MS} ms.`);
    return sweeper;
  };
}

/** SIGSTOP: reconcilers stand still. */
export function reconcilersPause(context, reconcilers, proof = () => true) {
  return context.fault(`${namesOf(reconcilers)} stopped`, {
    act: () => reconcilers.forEach((one) => one.signal('SIGSTOP')),
    proof: async () => {
      await context.until('it stands still', () => reconcilers.every(({ isPaused }) => isPaused));
      return proof();
    },
  });
}

/** SIGCONT. */
export function reconcilersResume(context, reconcilers, act = () => undefined) {
  return context.heal(`${namesOf(reconcilers)} on again`, {
    act: async () => {
      const done = await act();
      for (const one of reconcilers) one.signal('SIGCONT');
      return done;
    },
    proof: () => reconcilers.every(({ isPaused }) => !isPaused),
  });
}

const namesOf = (reconcilers) => reconcilers.map(({ name }) => name).join(' and ');
