import { ERRORS } from '@rollcall/contracts';
import { exchange, MALFORMED_KINDS, malformedRequests } from '@rollcall/testing';
import { badBody, badReport } from '../actions/bad-reports.mjs';
import { openReportDoor } from '../actions/report-door.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { isFound, lookupsOf } from '../history/queries.mjs';

const CASES = { resolver: 75_000, door: 20_000, store: 10_000 };
const AT_ONCE = 8;
const SEEDS = 2 ** 31;
/** A port has so many connections from one address within a minute at most. */
const ASKERS = 8;
/** Each may ask some 16 times a second. */
const REPORTERS = Array.from({ length: 250 }, (_, index) => `bad-${index}`);
const KINDS_PER_SEED = 50;
/** Of what was not refused, for whoever reads the history. */
const TROUBLES_KEPT = 50;

/** Makes cases, some at once, and gathers what was not refused with a reason. */
async function makeCases(count, makeOne) {
  const troubles = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      const trouble = await makeOne(index);
      if (trouble !== undefined) troubles.push(trouble);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return troubles;
}

/** What is wrong with a refusal; nothing if it has a status of its own and says why. */
function troubleOf({ status, code, message, error } = { error: 'silence' }) {
  const known = ERRORS[code];
  const isRefusal = known?.status === status && status >= 400 && status < 500 && Boolean(message);
  return isRefusal ? undefined : `${status ?? ''} ${code ?? error}`;
}

function* badRequests(random) {
  for (;;) {
    const kind = random.pick(MALFORMED_KINDS);
    const seed = Math.floor(random.next() * SEEDS);
    for (const request of malformedRequests(kind, seed, KINDS_PER_SEED)) yield { kind, ...request };
  }
}

function attackResolver({ site, random }) {
  const port = Number(new URL(site.resolvers[0].url).port);
  const requests = badRequests(random);
  return makeCases(CASES.resolver, async (index) => {
    const { kind, bytes, unfinished } = requests.next().value;
    const from = `127.0.6.${1 + (index % ASKERS)}`;
    const answer = await exchange(port, bytes, { finish: unfinished, from }).catch(() => undefined);
    const trouble = troubleOf(answer && { status: answer.status, ...parsed(answer.body) });
    return trouble && `resolver, ${kind}: ${trouble}`;
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { error: 'the body is no JSON' };
  }
}

function attackDoor({ random }, door) {
  return makeCases(CASES.door, async (index) => {
    const body = badBody(random);
    const trouble = troubleOf(await door.send(REPORTERS[index % REPORTERS.length], body));
    return trouble && `report door: ${trouble}: ${String(body).slice(0, 200)}`;
  });
}

function attackStore({ random, forger }) {
  return makeCases(CASES.store, async () => {
    const report = badReport(random, 'bad-0');
    const refusal = await forger.report(report).catch(({ code, message }) => ({ code, message }));
    const isRefused = refusal.code === 'INVALID_REPORT' && Boolean(refusal.message);
    return isRefused ? undefined : `store: ${JSON.stringify(report).slice(0, 200)}`;
  });
}

const running = ({ site }, door) =>
  [...site.resolvers, ...site.reconcilers, ...site.hosts.map(({ agent }) => agent), door.app]
    .filter(({ isRunning }) => isRunning)
    .map(({ pid }) => pid);

export default {
  id: 'F30',
  title: 'bad input at every door: bytes, lengths, depths, types, values',
  core: false,
  bars: [
    'F30 cases',
    'F30 not refused',
    'F30 crashed',
    'not answered while live',
    'not found while live',
    'servers lost',
  ],
  async run(context) {
    await context.arrange({ hosts: 3 });
    const door = await openReportDoor(context, REPORTERS);
    const before = running(context, door);
    const troubles = [];
    const attacks = [
      ['the resolver', CASES.resolver, () => attackResolver(context)],
      ['the report door', CASES.door, () => attackDoor(context, door)],
      ['the store', CASES.store, () => attackStore(context)],
    ];
    let made = 0;
    for (const [where, count, attack] of attacks)
      await context.fault(`bad input to ${where}`, {
        act: async () => {
          troubles.push(...(await attack()));
          made += count;
        },
        proof: () => made > troubles.length,
      });
    const [from] = context.records.find(({ phase }) => phase === 'fault').at;
    const after = new Set(running(context, door));
    await context.heal('it is over', { act: () => door.close() });
    const [, endedAt] = lastStep(context);
    const records = await context.conclude();

    for (const trouble of troubles.slice(0, TROUBLES_KEPT))
      context.recorder.record('trouble', { at: endedAt, trouble });
    context.measure('F30 cases', made);
    context.measure('F30 not refused', troubles.length);
    context.measure('F30 crashed', before.filter((pid) => !after.has(pid)).length);
    const own = context.live.flatMap(({ ids }) => ids.filter((id) => !id.includes('visit')));
    const gaps = lookupsOf(records, own, { from }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
    measureNobodyLost(context, from);
  },
};
