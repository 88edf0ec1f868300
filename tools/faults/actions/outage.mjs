import {
  lastStep,
  measureFoundAgain,
  measureLate,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import { untilSwept } from './store.mjs';

/** What every outage of the store that ends with all its data is held against. */
export const OUTAGE_BARS = [
  'not found while live',
  'servers lost',
  'answered late',
  'found again',
  'swept again',
];

/** After the step that brought the store back: waits for a sweep, concludes, and measures the bars of every outage. */
export async function concludeOutage(context, since) {
  const [, backAt] = lastStep(context);
  const swept = context.hasReconcilers ? await untilSwept(context) : undefined;
  await context.conclude();

  measureNobodyLost(context, since);
  measureLate(context);
  measureFoundAgain(context, 'found again', backAt);
  if (swept !== undefined)
    context.measure('swept again', swept, { from: backAt, to: backAt + swept });
}
