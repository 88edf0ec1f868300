import type { Report, ReportStore, ServerId } from '@rollcall/domain';
import {
  describeSessionStore,
  FakeClock,
  InMemorySessionStore,
  TestCa,
  type StoreHarness,
} from '@rollcall/testing';
import { DoorUnderTest } from '../testing/door-under-test';
import { RecordedLog } from '../testing/recorded-log';
import type { DoorReportStore } from './door-report-store';

RecordedLog.install();

describeSessionStore('what is behind a report door', throughADoor);

/** The in-memory store, to which every server reports through the door with a token of its own. */
async function throughADoor(): Promise<StoreHarness> {
  const clock = new FakeClock();
  const store = new InMemorySessionStore({ clock });
  const behind: ReportStore = {
    report: store.report.bind(store),
    withdraw: store.withdraw.bind(store),
    giveWay: store.giveWay.bind(store),
    time: store.time.bind(store),
    ping: store.ping.bind(store),
  };
  const door = await DoorUnderTest.open(await TestCa.create(), { store: behind });
  const agents = new Map<ServerId, DoorReportStore>();
  const agentOf = async (server: ServerId) => {
    const known = agents.get(server);
    if (known) return known;
    const agent = door.agentStore({ token: await door.token(server) }, server);
    agents.set(server, agent);
    return agent;
  };
  Object.assign(store, {
    report: async (report: Report) => (await agentOf(report.server)).report(report),
    withdraw: async (...[server, fence]: Parameters<ReportStore['withdraw']>) =>
      (await agentOf(server)).withdraw(server, fence),
    giveWay: async (...[server, fence]: Parameters<ReportStore['giveWay']>) =>
      (await agentOf(server)).giveWay(server, fence),
  });
  return {
    store,
    policy: store.policy,
    slackMs: 1,
    now: async () => clock.now(),
    advance: async (ms) => clock.advance(ms),
    endGuessWindow: async () => clock.advance(60_000),
    events: async () => store.events(),
    clear: async () => store.clear(),
    stop: () => door.close(),
  };
}
