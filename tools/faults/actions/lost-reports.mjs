import { lastStep } from '../history/outage-figures.mjs';
import { portsAnswerAgain, portsAreCut, reportsAreCut, reportsArriveAgain } from './silence.mjs';
import { concludeWithFleet, fleetIsCut, fleetIsWell } from './swarm.mjs';

/**
 * The reports of these hosts are lost for a while, and with `cutsPorts` whatever probes them. A fleet beside them fares the
 * same, as far as `who` of it says. Ends the fault; resolves to when the last was cut, and when the last was heard again.
 */
export async function reportsAreLost(context, hosts, { forMs, cutsPorts, fleet, who = 'all' }) {
  if (cutsPorts) await portsAreCut(context, hosts);
  if (fleet) await fleetIsCut(context, fleet, who);
  await reportsAreCut(context, hosts);
  const [, cutAt] = lastStep(context);
  await context.pass(forMs);
  if (cutsPorts) await portsAnswerAgain(context, hosts);
  await reportsArriveAgain(context, hosts);
  if (fleet) await fleetIsWell(context, fleet);
  const [, healedAt] = lastStep(context);
  await (fleet ? concludeWithFleet(context, fleet) : context.conclude());
  return { cutAt, healedAt };
}
