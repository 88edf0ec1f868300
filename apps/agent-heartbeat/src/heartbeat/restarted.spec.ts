import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerId, TokenDigest } from '@rollcall/domain';
import { localId, publicId, serverId, type InMemorySessionStore } from '@rollcall/testing';
import type { DcvReading } from '../dcv/dcv-reader';
import { onJestTime, pass } from '../testing/jest-time';
import { fails, lists, listsCreated, POLICY, SimulatedAgent } from '../testing/simulated-agent';
import { TempDir } from '../testing/temp-dir';
import { TOLD_SESSIONS_FILE, ToldSessionsFile } from './told-sessions.file';

const { intervalMs } = POLICY;
const CONSOLE = { server: serverId('gpu-1'), session: localId('console') };
const DIGEST = 'a digest' as TokenDigest;
const MORNING = listsCreated('console', 1_000_123);
const NOON = listsCreated('console', 2_000_456);

let state: TempDir;
let store: InMemorySessionStore;
let boot: number;

beforeEach(() => {
  ({ store } = onJestTime());
  state = new TempDir();
  boot = 0;
});

afterEach(() => {
  state.remove();
  jest.useRealTimers();
});

const isGood = async () => (await store.findGrant(CONSOLE, DIGEST)) !== undefined;

/** The next life of the agent on this state directory; its first report is due at once. */
async function start(dcv: DcvReading): Promise<SimulatedAgent> {
  const as = { server: 'gpu-1' as ServerId, roll: 'main' };
  const toldFile = new ToldSessionsFile(state.path, as);
  const agent = new SimulatedAgent(store, { boot: ++boot, toldFile });
  agent.dcv = dcv;
  agent.start();
  await pass(0);
  return agent;
}

/** A life in which a link is made, and which ends by a planned stop, or at any moment, as by a kill: of both the state directory is left. */
async function lifeWithALink(dcv: DcvReading): Promise<SimulatedAgent> {
  const agent = await start(dcv);
  await store.grantToken(CONSOLE, DIGEST, { user: 'alice' }, 3_600_000);
  await pass(3 * intervalMs);
  return agent;
}

describe('an agent that was not running', () => {
  it('lets the links of a session stand that is the same', async () => {
    const before = await lifeWithALink(MORNING);
    await before.agent.stop();

    const after = await start(MORNING);
    await pass(3 * intervalMs);

    expect(after.reopened.flat()).toEqual([]);
    expect(await isGood()).toBe(true);
  });

  it('lets them stand also when it was killed', async () => {
    await lifeWithALink(MORNING);

    const after = await start(MORNING);

    expect(after.reopened).toEqual([[]]);
    expect(await isGood()).toBe(true);
  });

  it('voids the links of a session that was closed and opened anew meanwhile', async () => {
    const before = await lifeWithALink(MORNING);
    await before.agent.stop();

    const after = await start(NOON);

    expect(after.reopened).toEqual([['console']]);
    expect(await isGood()).toBe(false);
  });

  it('does so though dcv fails at first', async () => {
    await lifeWithALink(MORNING);
    const after = await start(fails);
    expect(await isGood()).toBe(true);
    after.dcv = NOON;

    await pass(intervalMs);

    expect(await isGood()).toBe(false);
  });

  it('says so until a report that does was applied', async () => {
    await lifeWithALink(MORNING);
    store.goDown('refused');
    const after = await start(NOON);
    await pass(intervalMs);
    store.comeBack();

    await pass(3 * intervalMs);

    expect(after.sent.length).toBeGreaterThan(1);
    expect(await isGood()).toBe(false);
  });

  it('knows a session that dcv prints no time of by its id alone', async () => {
    await lifeWithALink(lists('console'));

    await start(lists('console'));

    expect(await isGood()).toBe(true);
  });

  it('takes one for reopened that was away in a reading before its first report', async () => {
    await lifeWithALink(lists('console'));
    store.goDown('unreachable');
    const after = await start(lists('console'));
    after.dcv = lists();
    await pass(intervalMs);
    after.dcv = lists('console');
    await pass(intervalMs);
    store.comeBack();

    await pass(3 * intervalMs);

    expect(after.lists).not.toContainEqual([]);
    expect(await isGood()).toBe(false);
  });

  it('remembers what opened in the middle of its life', async () => {
    const before = await start(lists());
    before.dcv = MORNING;
    await pass(intervalMs);
    await store.grantToken(CONSOLE, DIGEST, { user: 'alice' }, 3_600_000);

    await start(MORNING);

    expect(await isGood()).toBe(true);
  });

  it.each([
    ['is lost', () => rmSync(state.file(TOLD_SESSIONS_FILE))],
    ['is damaged', () => writeFileSync(state.file(TOLD_SESSIONS_FILE), '{"ser')],
  ])('takes all sessions for reopened, once, when what it has told %s', async (_what, happens) => {
    await lifeWithALink(MORNING);
    happens();

    const after = await start(MORNING);
    await pass(3 * intervalMs);

    expect(after.reopened.slice(0, 2)).toEqual([['console'], []]);
    expect(await isGood()).toBe(false);
    expect(await store.lookup(publicId('gpu-1~console'))).toMatchObject({ kind: 'answer' });
  });

  it('goes on when it cannot keep what it tells, and is then as one that has lost it', async () => {
    mkdirSync(state.file(`${TOLD_SESSIONS_FILE}.new`));
    const before = await lifeWithALink(MORNING);
    expect(before.reopened).toEqual([['console'], [], [], []]);
    expect(await isGood()).toBe(true);

    await start(MORNING);

    expect(await isGood()).toBe(false);
  });
});
