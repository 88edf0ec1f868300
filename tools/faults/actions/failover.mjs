import { lastStep } from '../history/outage-figures.mjs';
import { tryPort } from '../site/dcv-port.mjs';

/** What a master acknowledges so shortly before its death may not have left it. */
const ON_THE_WAY_MS = 100;

/** kill -9 of a master. `state`: what is left of the store, `down` or `refusing`. Resolves to when it began and ended. */
export async function masterDies(context, master, { which = '', state = 'down' } = {}) {
  await context.fault(`the master ${which} is killed`.replace('  ', ' '), {
    effect: { kind: 'store', state },
    act: () => master.kill(),
    proof: async () => (await tryPort(master.host, master.port)) === 'refused',
  });
  return lastStep(context);
}

/** Waits until another is the master; what the old one acknowledged between these moments may be lost. */
export function replicaTakesOver(context, successor, [lostFrom, lostTo] = [], inUseWithin) {
  const lost = { kind: 'lost-writes', from: lostFrom - ON_THE_WAY_MS, to: lostTo };
  return context.heal('its replica has taken over', {
    effect: [{ kind: 'store', state: 'up', inUseWithin }, ...(lostTo === undefined ? [] : [lost])],
    act: successor,
    proof: (next) => next !== undefined,
  });
}

/** The old master is started again, and follows the new one: all members of the store are well. */
export function masterReturns(context, master, members) {
  return context.heal('the old master is back, as a replica', {
    act: async () => {
      await master.restart();
      await members.untilSettled();
      await context.site.noteStoreProcesses();
    },
    proof: () => master.pid !== undefined,
  });
}
