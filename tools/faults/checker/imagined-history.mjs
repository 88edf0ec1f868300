import { SCALED_PROFILE } from '../profile.mjs';

const { interval, lease, settleAfter } = SCALED_PROFILE;
const ASK_EVERY_MS = 20;
const TOOK_MS = 4;
const END = 20_000;

const HOSTS = [
  { server: 'gpu-1', port: 8441, sessions: ['cad', 'console'] },
  { server: 'gpu-2', port: 8442, sessions: ['draw', 'console'] },
  { server: 'gpu-0', port: 8440, sessions: ['gone'], lastReportAt: -10_000 },
];
const KINDS = {
  live: ['gpu-1~cad', 'gpu-2~draw', 'gpu-2~console'],
  bare: ['cad', 'draw'],
  contested: ['console'],
  dead: ['gpu-0~gone', 'gone'],
  unknown: ['gpu-1~nobody', 'gpu-9~nobody', 'nobody'],
};

/**
 * The history of a roll that does everything right, made up: gpu-2 dies at 6 s and returns at 12 s (`host`), the store
 * loses everything at 6 s (`emptied`), or it is gone from 6 s to 12 s (`away`). Tests plant what is wrong into it.
 */
export function imaginedHistory(kind = 'host') {
  const step = (at, name, phase, effects) => ({
    type: 'step',
    at: [at, at + 10],
    name,
    phase,
    effects,
    proven: true,
  });
  const store = (at, name, phase, state) => step(at, name, phase, [{ kind: 'store', state }]);
  const host = (at, name, phase, state) =>
    step(at, name, phase, [{ kind: 'host', server: 'gpu-2', state }]);
  const steps = {
    emptied: [store(6_000, 'the store is emptied', 'fault', 'emptied')],
    away: [
      store(6_000, 'the store is gone', 'fault', 'down'),
      store(12_000, 'the store is back', 'heal', 'up'),
    ],
    host: [host(6_000, 'gpu-2 dies', 'fault', 'dead'), host(12_000, 'gpu-2 returns', 'heal', 'up')],
  }[kind];
  const reports = HOSTS.flatMap((one) => reportsOf(one, kind));
  const keys = () => ({ keys: ['due', 'q:gpu-1', 'q:gpu-2'], sizes: { due: 2 } });
  return [
    { type: 'run', at: 0, fault: 'F0', seed: '1', profile: SCALED_PROFILE, reconcilers: true },
    ...HOSTS.map(({ server, port }) => ({
      type: 'host',
      at: -12_000,
      server,
      host: '127.0.0.1',
      port,
      zone: '',
    })),
    step(-11_000, 'gpu-0 is dead', 'step', [{ kind: 'host', server: 'gpu-0', state: 'dead' }]),
    { type: 'traffic', at: 1_000, what: 'started', kinds: KINDS },
    { type: 'keys', at: 900, when: 'before', ...keys() },
    ...reports,
    ...steps,
    ...lookupsOf(reports, kind),
    { type: 'traffic', at: END, what: 'stopped', kinds: KINDS },
    { type: 'keys', at: END, when: 'after', ...keys() },
    { type: 'latency', at: END, resolver: 'resolver-1', answered: 900, late: 0 },
  ];
}

/** The lookups of an id that began within a span. */
export function lookupsIn(records, id, from, to) {
  return records.filter(
    (one) => one.type === 'lookup' && one.id === id && one.start >= from && one.start < to,
  );
}

function reportsOf({ server, port, sessions, lastReportAt = END }, kind) {
  const reports = [];
  for (let at = lastReportAt < 0 ? lastReportAt - 1_000 : 100; at < lastReportAt; at += interval) {
    if (server === 'gpu-2' && kind === 'host' && isDuringFault(at)) continue;
    const boot = server === 'gpu-2' && at > 12_000 && kind === 'host' ? 2 : 1;
    reports.push({
      type: 'report',
      ...{
        server,
        port,
        host: '127.0.0.1',
        zone: '',
        boot,
        sessions,
        leaving: false,
        outcome: kind === 'away' && isDuringFault(at) ? 'unavailable' : 'applied',
      },
      sequence: reports.length + 1,
      start: at,
      end: at + 5,
    });
  }
  return reports;
}

function lookupsOf(reports, kind) {
  const order = Object.entries(KINDS).flatMap(([kind, ids]) => ids.map((id) => ({ kind, id })));
  const lookups = [];
  for (let at = 1_000; at < END; at += ASK_EVERY_MS) {
    const asked = order[lookups.length % order.length];
    const span = { start: at, end: at + TOOK_MS, resolver: 'resolver-1' };
    lookups.push({
      type: 'lookup',
      ...asked,
      ...span,
      ...answerTo(asked.id, at, reports, kind),
    });
  }
  return lookups;
}

const isDuringFault = (at) => at > 5_800 && at < 12_000;

function answerTo(id, at, reports, kind) {
  if (kind === 'away' && at >= 6_000 && at < 12_000)
    return { status: 503, code: 'STORE_UNAVAILABLE' };
  const brokenAt = { emptied: 6_000, away: 12_000 }[kind] ?? Infinity;
  const settled = at < brokenAt || at > brokenAt + 10 + settleAfter;
  const remembered = (report) => kind !== 'emptied' || at < brokenAt || report.start > brokenAt;
  const known = HOSTS.map((host) => ({ ...host, last: lastOf(host, at, reports, remembered) }));
  const believed = known.filter(({ last }) => last && at < last.start + lease);

  const cut = id.indexOf('~');
  const has = ({ server, sessions }) =>
    cut < 0
      ? sessions.includes(id)
      : server === id.slice(0, cut) && sessions.includes(id.slice(cut + 1));
  const mayRemember = kind === 'away' && !settled;
  const listed = mayRemember ? known.filter(has).filter(isNotDead) : believed.filter(has);
  if (listed.length > 1) return { status: 404, code: 'SESSION_AMBIGUOUS' };
  if (listed.length === 1 && (settled || mayRemember || cut >= 0)) {
    const answer = { status: 200, host: '127.0.0.1', port: listed[0].port };
    return believed.includes(listed[0]) ? answer : { ...answer, stale: 'unsettled' };
  }
  const contradicted = cut >= 0 && believed.some(({ server }) => server === id.slice(0, cut));
  if (!settled && !contradicted) return { status: 503, code: 'ROLL_WARMING' };
  return { status: 404, code: 'SESSION_NOT_FOUND' };
}

const isNotDead = ({ lastReportAt }) => lastReportAt === undefined;

function lastOf({ server }, at, reports, remembered) {
  return reports
    .filter((report) => report.server === server && report.outcome === 'applied')
    .filter((report) => report.end <= at && remembered(report))
    .at(-1);
}
