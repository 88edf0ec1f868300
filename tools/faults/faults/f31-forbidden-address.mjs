import { openReportDoor } from '../actions/report-door.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { isFound, lookupsOf } from '../history/queries.mjs';

/** Where the hosts of the door are; the site's own, at addresses of loopback, report to the store themselves. */
const ALLOWED = '10.0.0.0/8,desks.example';
const GOOD = { host: '10.0.0.7', httpPort: 8443, quicPort: 0, webUrlPath: '/' };
const FORBIDDEN = [
  { host: '169.254.169.254' },
  { host: '::ffff:169.254.169.254' },
  { host: 'fd00:ec2::254' },
  { host: 'metadata.google.internal' },
  { host: '127.0.0.1' },
  { host: '::1' },
  { host: 'localhost' },
  { host: 'host.localhost' },
  { host: '10.0.0.7', httpPort: 22 },
  { host: '10.0.0.7', quicPort: 22 },
  { host: '192.0.2.7' },
  { host: '2001:db8::7' },
  { host: 'desks.example.org' },
  { host: '0x7f000001' },
  { host: '224.0.0.1' },
].map((wrong) => ({ ...GOOD, ...wrong }));
/** What a host that reaches the store itself can have written there: the resolver looks at it once more. */
const PAST_THE_DOOR = FORBIDDEN.filter(({ host }) => !host.startsWith('127.'));
const FORGED = 'forged';
const BOOT_OF_THE_FUTURE = 1_000;

const refusedByDoor = ({ status, code, reason }) =>
  status === 403 && code === 'ENDPOINT_NOT_ALLOWED' && Boolean(reason);

const forbidden = (server, endpoint, sequence) => ({
  ...{ server, endpoint, sequence, boot: BOOT_OF_THE_FUTURE, zone: '' },
  ...{ healthy: true, leaving: false },
  sessions: { kind: 'listed', ids: ['desk'] },
});

/** Sends each to the door, in the name of a live host; a line of its audit comes once an interval. */
async function reportAll(context, door, server) {
  const answers = [];
  for (const [index, endpoint] of FORBIDDEN.entries()) {
    answers.push(await door.send(server, JSON.stringify(forbidden(server, endpoint, index + 1))));
    await context.pass(context.profile.interval + 50);
  }
  return answers;
}

/** Whether the door's log says that this server reported this address. */
function isAudited(log, server, { host, httpPort, quicPort }) {
  const lines = log.split('\n').filter((line) => line.includes('endpoint-refused'));
  return lines
    .map((line) => JSON.parse(line))
    .some(
      (line) =>
        line.server === server &&
        line.host === host &&
        line.httpPort === httpPort &&
        line.quicPort === quicPort &&
        line.reason,
    );
}

/** Writes each into the store; resolves to how many the resolver has answered with. */
async function answeredPastTheDoor(context) {
  let answered = 0;
  for (const [index, endpoint] of PAST_THE_DOOR.entries()) {
    await context.forger.report(forbidden(FORGED, endpoint, index + 1));
    const { status } = await context.site.lookup(`${FORGED}~desk`);
    if (status === 200) answered += 1;
  }
  return answered;
}

export default {
  id: 'F31',
  title: 'a host reports the metadata service, loopback, port 22, a foreign network',
  core: false,
  bars: ['F31 refused', 'F31 audited', 'F31 counted', 'F31 answered', 'not answered while live'],
  async run(context) {
    const host = context.random.pick(await context.arrange({ hosts: 3 }));
    const door = await openReportDoor(context, [host.id], { ENDPOINT_ALLOW: ALLOWED });
    let answers;
    await context.fault(`${FORBIDDEN.length} forbidden addresses are reported as ${host.id}’s`, {
      act: async () => (answers = await reportAll(context, door, host.id)),
      proof: () => answers.length === FORBIDDEN.length,
    });
    const [from] = lastStep(context);
    const counted = await door.app.metric('rollcall_ingest_endpoints_refused_total');
    const audited = FORBIDDEN.filter((endpoint) => isAudited(door.app.log, host.id, endpoint));
    let answered;
    await context.fault('they are written into the store, past the door', {
      act: async () => (answered = await answeredPastTheDoor(context)),
      proof: async () => (await context.client.exists(context.site.keys.record(FORGED))) === 1,
    });
    await context.heal('what was forged is taken away', {
      act: async () => {
        const fence = { boot: BOOT_OF_THE_FUTURE, sequence: PAST_THE_DOOR.length + 1 };
        await context.forger.withdraw(FORGED, fence);
        await door.close();
        await context.client.unlink(context.site.keys.record(FORGED));
      },
    });
    const records = await context.conclude();

    context.measure('F31 refused', answers.filter(refusedByDoor).length / FORBIDDEN.length);
    context.measure('F31 audited', audited.length / FORBIDDEN.length);
    context.measure('F31 counted', counted / FORBIDDEN.length);
    context.measure('F31 answered', answered);
    const own = host.ids.filter((id) => !id.includes('visit'));
    const gaps = lookupsOf(records, own, { from }).filter((lookup) => !isFound(lookup));
    context.measure('not answered while live', gaps.length);
  },
};
