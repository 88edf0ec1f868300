/** Kinds of lookups without which a history says nothing of the live, the dead or the unknown. */
const NEEDED_KINDS = ['live', 'bare', 'dead', 'unknown'];
/** Answers that only the machine can be blamed for: more than this share, and it was too busy to tell anything. */
const EXCUSED_SHARE_MAX = 0.01;

/** A process that has a part in every answer had to wait this long within a second: no figure means anything then. */
const STARVED_MAX_MS = 400;

/** Why a history proves nothing; an empty list if it does. */
export function refusals(records, past) {
  return [
    ...withoutFault(past),
    ...withoutTraffic(records, past),
    ...withoutReports(past),
    ...withoutKeys(records),
  ];
}

/** Why the machine was to blame for a history that says nothing: another try may fare better. */
export function disturbances(records, past, excused) {
  return [
    ...withPauses(records, past),
    ...withStarvation(records, past),
    ...(excused > EXCUSED_SHARE_MAX * past.lookups.length
      ? [`${excused} of ${past.lookups.length} lookups say nothing`]
      : []),
  ];
}

function withStarvation(records, { starved }) {
  const [from = 0, to = Infinity] = trafficSpan(records);
  const judged = starved.filter(
    ({ process, at }) => /^(redis|resolver|traffic)/.test(process) && at > from && at < to,
  );
  const waits = judged.map(({ at, process }) => {
    const ms = judged
      .filter((one) => one.process === process && one.at > at - 1_000 && one.at <= at)
      .reduce((sum, one) => sum + one.ms, 0);
    return { at, process, ms };
  });
  const worst = waits.sort((one, other) => other.ms - one.ms)[0];
  return worst && worst.ms > STARVED_MAX_MS
    ? [
        `${worst.process} waited ${worst.ms} ms of a second for a processor at ${Math.round(worst.at)}`,
      ]
    : [];
}

function withoutFault({ steps }) {
  const faults = steps.filter(({ phase }) => phase === 'fault');
  if (faults.length === 0) return ['no fault was made'];
  return steps
    .filter(({ phase, proven }) => (phase === 'fault' && proven === undefined) || proven === false)
    .map(({ name }) => `nothing proves that it happened: ${name}`);
}

function withoutTraffic(records, { faults }) {
  const [from, to] = trafficSpan(records);
  if (to === undefined) return ['the traffic was not recorded to its end'];
  const outside = faults.filter(({ at: [start, end] }) => start < from || end > to);
  const kinds = kindsAsked(records);
  return [
    ...outside.map(({ name }) => `no lookups were under way: ${name}`),
    ...NEEDED_KINDS.filter((kind) => !kinds.has(kind)).map(
      (kind) => `no ${kind} session was looked up`,
    ),
  ];
}

/** Lookups of every kind, from the first to the last, never further apart than an interval. */
function withPauses(records, { lookups, profile }) {
  const [, to] = trafficSpan(records);
  if (to === undefined) return [];
  return [...kindsAsked(records)].flatMap((kind) => {
    const from = askedSince(records, kind);
    const asked = lookups.filter((lookup) => lookup.kind === kind).map(({ start }) => start);
    const pause = longestPause([from, ...asked, to]);
    return pause.ms > profile.interval
      ? [
          `no ${kind} session was looked up for ${Math.round(pause.ms)} ms at ${Math.round(pause.at)}`,
        ]
      : [];
  });
}

function askedSince(records, kind) {
  return records.find(({ type, kinds }) => type === 'traffic' && kinds[kind]?.length > 0).at;
}

function trafficSpan(records) {
  const traffic = records.filter(({ type }) => type === 'traffic');
  return [traffic[0]?.at, traffic.find(({ what }) => what === 'stopped')?.at];
}

function kindsAsked(records) {
  const traffic = records.filter(({ type }) => type === 'traffic');
  return new Set(
    traffic.flatMap(({ kinds }) => Object.keys(kinds).filter((kind) => kinds[kind].length > 0)),
  );
}

/** The longest time between two of these moments that follow each other, and when it began. */
export function longestPause(moments) {
  let longest = { ms: 0, at: moments[0] };
  for (let index = 1; index < moments.length; index += 1) {
    const ms = moments[index] - moments[index - 1];
    if (ms > longest.ms) longest = { ms, at: moments[index - 1] };
  }
  return longest;
}

function withoutReports({ servers }) {
  return [...servers.values()]
    .filter(({ reports }) => !reports.some(({ acknowledged }) => acknowledged))
    .map(({ server }) => `no report of ${server} was recorded`);
}

function withoutKeys(records) {
  const counted = new Set(records.filter(({ type }) => type === 'keys').map(({ when }) => when));
  return ['before', 'after']
    .filter((when) => !counted.has(when))
    .map((when) => `the keys were not counted ${when}`);
}
