import { agentDies, hostReturns, portCloses } from '../actions/hosts.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import {
  eventsOf,
  isFound,
  isNotFound,
  lastReport,
  lookupsOf,
  stillMs,
} from '../history/queries.mjs';

/** Several leases, and several periods of probes. */
const HELD_MS = 10_000;

export default {
  id: 'F1',
  title: 'an agent is killed, its host works on; then the host dies while it is held',
  core: true,
  withoutReconcilers: false,
  bars: ['F1 not found', 'F1 told', 'F1 found after the port closed'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 4 });
    const dying = context.random.pick(hosts);
    const ids = dying.ids.filter((id) => !id.includes('visit'));
    await agentDies(context, dying);
    const [, killedAt] = lastStep(context);
    await context.pass(HELD_MS);
    await portCloses(context, dying);
    const [closingAt, closedAt] = lastStep(context);
    await context.pass(context.profile.probePeriod + 3_000 + context.profile.lease);
    await hostReturns(context, dying);
    const [returnsAt] = lastStep(context);
    const records = await context.conclude();

    const missing = lookupsOf(records, ids, { from: killedAt, to: closingAt }).filter(isNotFound);
    context.measure('F1 not found', missing.length, { from: killedAt, to: closingAt });
    const reported = lastReport(records, dying.id, { before: killedAt }).end;
    const [held] = eventsOf(records, 'server.held', { server: dying.id }, { from: killedAt });
    context.measure('F1 told', held ? held.at - reported : Infinity, {
      from: reported,
      to: held?.at,
    });
    const found = stillMs(
      records,
      ids,
      closedAt,
      (lookup) => isFound(lookup) && lookup.start < returnsAt,
    );
    context.measure('F1 found after the port closed', found, {
      from: closedAt,
      to: closedAt + found,
    });
  },
};
