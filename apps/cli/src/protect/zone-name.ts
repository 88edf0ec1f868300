import { visible } from '../output/visible-text';

/** A zone in a sentence. */
export function zoneName(zone: string): string {
  return zone === '' ? 'the zone of all servers without one' : `the zone ${visible(zone)}`;
}
