import { MovingSite } from './session-manager/moving-site.mjs';

const START_TIMEOUT_MS = 120_000;

describe('a move from the Session Manager, as docs/from-session-manager.md says', () => {
  const site = new MovingSite();
  beforeAll(() => site.start(), START_TIMEOUT_MS);
  afterEach(() => site.closeDesktops());
  afterAll(() => site.stop(), START_TIMEOUT_MS);

  const refusal = { status: 'no' };
  const brokersLinkOpens = async (name) =>
    expect(await site.enter(site.brokersLink(name))).toMatchObject({ host: name, user: 'bob' });
  const brokersLinkIsRefused = (name) =>
    expect(site.enter(site.brokersLink(name))).rejects.toMatchObject(refusal);

  /** Rollcall's links in both forms, for one user of one host. */
  async function linksOf(name, user) {
    const { links } = await site.connect(name, user);
    expect(Object.keys(links)).toEqual(['browser', 'native']);
    return Object.values(links);
  }

  async function linksOpen(name, user) {
    for (const link of await linksOf(name, user))
      expect(await site.enter(link)).toMatchObject({ host: name, user, session: 'console' });
  }

  async function linksAreRefused(name) {
    for (const link of await linksOf(name, 'alice'))
      await expect(site.enter(link)).rejects.toMatchObject(refusal);
  }

  /** A link of gpu-1 that names gpu-2. */
  async function othersTokenIsRefused() {
    const [link] = await linksOf('gpu-1', 'alice');
    const elsewhere = link.replace('#gpu-1~', '#gpu-2~');
    await expect(site.enter(elsewhere)).rejects.toMatchObject(refusal);
  }

  async function asksTheBroker(name) {
    await site.restartDcv(name, site.brokersSettings);
    await brokersLinkOpens(name);
    await linksAreRefused(name);
  }

  it('begins with hosts that take the Broker’s tokens, and not Rollcall’s', async () => {
    for (const name of ['gpu-1', 'gpu-2']) await asksTheBroker(name);
  });

  it('has checks for the resolver and the new verifier that go without DCV', async () => {
    expect(JSON.parse(await site.curl('/resolveSession?'))).toMatchObject({ SessionId: 'console' });
    expect(await site.curl('authenticationToken=wrong')).toMatch(
      /^<auth result="no"><message>.+<\/message><\/auth>\s*$/,
    );
    const { token } = await site.connect('gpu-1', 'alice');
    const verdict = await site.curl('-d @-', `authenticationToken=${token}\n`);
    expect(verdict.trim()).toBe('<auth result="yes"><username>alice</username></auth>');
  });

  it('takes one host to Rollcall’s verifier, leaves the other one, and can go back', async () => {
    await site.restartDcv('gpu-1', site.settingsOf('gpu-1'));
    await linksOpen('gpu-1', 'alice');
    await brokersLinkIsRefused('gpu-1');
    await brokersLinkOpens('gpu-2');

    await asksTheBroker('gpu-1');
  });

  it('can keep the Broker’s path: each host is known by its address', async () => {
    for (const name of ['gpu-1', 'gpu-2']) await site.restartDcv(name, site.sharedSettings);
    await linksOpen('gpu-1', 'alice');
    await linksOpen('gpu-2', 'cleo');
    await othersTokenIsRefused();
    await brokersLinkIsRefused('gpu-1');
  });

  it('goes on from there to the path that names the host, and back to the Broker', async () => {
    for (const name of ['gpu-1', 'gpu-2']) await site.restartDcv(name, site.settingsOf(name));
    await linksOpen('gpu-1', 'alice');
    await linksOpen('gpu-2', 'cleo');
    await othersTokenIsRefused();

    for (const name of ['gpu-1', 'gpu-2']) await asksTheBroker(name);
  });

  it('needs no new dcv.conf where the Broker’s name is led to the resolvers', async () => {
    for (const name of ['gpu-1', 'gpu-2']) await asksTheBroker(name);
    site.pointBrokersNameAt('resolvers');
    try {
      await linksOpen('gpu-1', 'alice');
      await linksOpen('gpu-2', 'cleo');
      await brokersLinkIsRefused('gpu-1');
    } finally {
      site.pointBrokersNameAt('broker');
    }
    await brokersLinkOpens('gpu-1');
  });
});
