import { ExitCode } from '../exit-codes';
import { jsonText } from '../output/json-text';
import { follow } from '../output/live-view';
import { outageSentence, withRoll } from './with-roll';
import type { Cli } from './roll';
import { takeSnapshot, type SeenServer } from './roll-snapshot';
import { essenceOfZone, type ProtectedZone } from '../protect/protected-zone';
import { protectionBanner } from '../protect/protection.banner';

/** A list that is made of the roll. */
export interface RollList<Row> {
  /** Its name in JSON. */
  readonly name: string;
  rows(servers: readonly SeenServer[]): readonly Row[];
  table(rows: readonly Row[]): string;
  /** What people read instead of an empty table. */
  readonly none: string;
  /** A row without what changes by time alone. */
  essence(row: Row): unknown;
}

export interface RollListOptions {
  readonly watch: boolean;
  readonly json: boolean;
  /** Whether the user asked for some rows only: finding none is then worth an exit code. */
  readonly filtered: boolean;
}

interface Listing<Row> {
  readonly settled: boolean;
  readonly protections: readonly ProtectedZone[];
  readonly rows: readonly Row[];
}

const UNSETTLED =
  'The roll is still being called: what is not there may yet come, and nobody is struck off.';

/** Prints a list once, or again and again until Ctrl-C. */
export function listRoll<Row>(
  cli: Cli,
  { watch, json, filtered }: RollListOptions,
  list: RollList<Row>,
): Promise<ExitCode> {
  const text = ({ settled, protections, rows }: Listing<Row>) => {
    const banner = protectionBanner(protections);
    return [
      ...(banner === undefined ? [] : [banner, '']),
      rows.length > 0 ? list.table(rows) : list.none,
      ...(settled ? [] : [UNSETTLED]),
    ].join('\n');
  };
  const document = ({ settled, protections, rows }: Listing<Row>) => ({
    settled,
    protections,
    [list.name]: rows,
  });

  return withRoll(cli, async (roll) => {
    const read = async (): Promise<Listing<Row>> => {
      const { settled, protections, servers } = await takeSnapshot(roll);
      return { settled, protections, rows: list.rows(servers) };
    };
    if (watch) {
      const essence = ({ settled, protections, rows }: Listing<Row>) => [
        settled,
        protections.map(essenceOfZone),
        rows.map(list.essence),
      ];
      const outage = (error: unknown) => outageSentence(error, roll.address);
      await follow(cli, { read, text, json: document, essence, outage }, { json });
      return ExitCode.ok;
    }
    const listing = await read();
    cli.terminal.out(`${json ? jsonText(document(listing)) : text(listing)}\n`);
    return filtered && listing.rows.length === 0 ? ExitCode.nothing : ExitCode.ok;
  });
}
