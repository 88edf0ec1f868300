import { SESSIONS_PER_SERVER_MAX } from '@rollcall/domain';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf, isFound, onlyFromMs } from '../history/queries.mjs';

const FOREIGN = 1_000;
const ASKED_AT_ONCE = 16;
const SHOWN = 20;
const EVENTS = { name: 'rollcall_session_events_total', labels: { event: 'ambiguous' } };

const bareOf = (id) => id.slice(id.indexOf('~') + 1);

/** Asks for each id once; resolves to the answers in their order. */
async function lookupAll({ site }, ids) {
  const answers = [];
  for (let index = 0; index < ids.length; index += ASKED_AT_ONCE)
    answers.push(
      ...(await Promise.all(ids.slice(index, index + ASKED_AT_ONCE).map((id) => site.lookup(id)))),
    );
  return answers;
}

const wrongAmong = (answers, desks) =>
  answers.filter(({ status, port }, index) => status !== 200 || port !== desks[index].port).length;

async function countedEvents({ site }) {
  const counts = await Promise.all(
    site.reconcilers.map((reconciler) => reconciler.metric(EVENTS.name, EVENTS.labels)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Says that it has a thousand sessions more than it may; resolves to why that was refused. */
async function claimTooMany({ forger }, { id: server, address: host, port }, ids) {
  const endpoint = { host, httpPort: port, quicPort: 0, webUrlPath: '/' };
  const report = { server, endpoint, boot: 1_000, sequence: 1, zone: '', healthy: true };
  const sessions = { kind: 'listed', ids };
  return forger.report({ ...report, leaving: false, sessions }).then(
    () => undefined,
    ({ code, message }) => code && message,
  );
}

export default {
  id: 'F41',
  title: 'a host claims 1,000 sessions of others',
  core: false,
  bars: ['F41 qualified', 'F41 contested', 'F41 told', 'F41 counted', 'F41 refused', 'back, bare'],
  async run(context) {
    const [claimant, ...owners] = context.random.shuffled(await context.arrange({ hosts: 4 }));
    const usual = new Map(context.live.map((host) => [host, host.listed]));
    const desks = Array.from({ length: FOREIGN }, (_, index) => {
      const owner = owners[index % owners.length];
      return { owner, port: owner.port, id: `${owner.id}~desk-${index}` };
    });
    const qualified = desks.map(({ id }) => id);
    const bare = qualified.map(bareOf);
    context.churn.stop();
    await context.step(`${FOREIGN} sessions are opened`, {
      act: async () => {
        for (const owner of owners)
          owner.list(
            ...owner.listed,
            ...desks.filter((desk) => desk.owner === owner).map(({ id }) => bareOf(id)),
          );
        await context.until('all resolve', async () => {
          const answers = await lookupAll(context, bare);
          return wrongAmong(answers, desks) === 0;
        });
      },
    });
    context.traffic.ask('desks', [...qualified.slice(0, SHOWN), ...bare.slice(0, SHOWN)]);
    const before = context.hasReconcilers ? await countedEvents(context) : undefined;
    await context.fault(`${claimant.id} claims them all`, {
      act: () => claimant.list(...claimant.listed, ...bare),
      proof: () => context.site.becomes(bare[0], ({ code }) => code === 'SESSION_AMBIGUOUS'),
    });
    const [from] = lastStep(context);
    await context.pass(2 * context.profile.interval + context.profile.poll);
    const ofOwners = await lookupAll(context, qualified);
    const contested = (await lookupAll(context, bare)).filter(
      ({ code }) => code === 'SESSION_AMBIGUOUS',
    );
    const told = eventsOf(context.records, 'session.ambiguous', { server: claimant.id }, { from });
    const counted = before === undefined ? undefined : (await countedEvents(context)) - before;
    const refused = await claimTooMany(context, claimant, bare);
    await context.heal(`${claimant.id} claims them no more`, {
      act: () => claimant.list(...usual.get(claimant)),
    });
    const [, healedAt] = lastStep(context);
    await context.until('every one resolves by its bare id', async () => {
      return wrongAmong(await lookupAll(context, bare), desks) === 0;
    });
    await context.step('they are closed', {
      act: () => owners.forEach((owner) => owner.list(...usual.get(owner))),
    });
    const [closedAt] = lastStep(context);
    const records = await context.conclude();

    context.measure('F41 qualified', wrongAmong(ofOwners, desks));
    context.measure('F41 contested', contested.length);
    context.measure('F41 told', told.length / contested.length);
    if (counted !== undefined) context.measure('F41 counted', counted / contested.length);
    context.measure('F41 refused', refused?.includes(String(SESSIONS_PER_SERVER_MAX)) ? 1 : 0);
    const isBack = (lookup) => isFound(lookup) || lookup.start >= closedAt;
    const back = onlyFromMs(records, bare.slice(0, SHOWN), healedAt, isBack);
    context.measure('back, bare', back, { from: healedAt, to: healedAt + back });
  },
};
