import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { programFile } from '../setup/programs.mjs';
import { PROGRAMS } from './programs.mjs';

const START_TIMEOUT_MS = 60_000;
const SHOWN_WITHIN_MS = 20_000;
/** Not by frames, of which a page in the background has none. */
const POLL_MS = 100;

/** What people see. */
export function doorBrowser(site) {
  let browser;
  let context;
  let folder;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-chromium-'));
    browser = await puppeteer.launch({
      executablePath: programFile(PROGRAMS.chromium),
      userDataDir: folder,
      timeout: START_TIMEOUT_MS,
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--ignore-certificate-errors',
        `--host-resolver-rules=MAP ${site.client.serverName} 127.0.0.1`,
      ],
    });
  }, START_TIMEOUT_MS);
  /** A browser without a past. */
  beforeEach(async () => (context = await browser.createBrowserContext()));
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function visit(url) {
    const page = await context.newPage();
    const response = await page.goto(url);
    return { page, status: response.status() };
  }

  async function shows({ page }, wanted) {
    const source = wanted instanceof RegExp ? wanted.source : wanted;
    const there = (text) => new RegExp(text, 'i').test(globalThis.document.body.innerText);
    const patience = { timeout: SHOWN_WITHIN_MS, polling: POLL_MS };
    await page.waitForFunction(there, patience, source).catch(() => undefined);
    return page.evaluate(() => globalThis.document.body.innerText.trim());
  }

  const door = (path) => `https://${site.client.authority}${path}`;

  it('opens the links of two users side by side, each on the right host, and again on a reload', async () => {
    const ann = await visit(await site.link('a~console', 'ann'));
    const bob = await visit(await site.link('b~console', 'bob'));
    expect(await shows(ann, 'on a$')).toBe('desktop of ann on a');
    expect(await shows(bob, 'on b$')).toBe('desktop of bob on b');
    await ann.page.reload();
    expect(await shows(ann, 'on a$')).toBe('desktop of ann on a');
  });

  it('says what to do where there is no token', async () => {
    expect(await shows(await visit(door('/s/a~console/')), 'token')).toBe(
      'no token: ask for a link',
    );
  });

  it.each(['/', '/s/nobody~console/', '/s/'])('says what to do at %s', async (path) => {
    const visited = await visit(door(path));
    expect(visited.status).toBe(404);
    expect(await shows(visited, 'link')).toMatch(/link/i);
  });

  it('tells whoever comes with another host’s token that they are not let in', async () => {
    const { search } = new URL(await site.link('b~console', 'bob'));
    const visited = await visit(door(`/s/a~console/${search}#a~console`));
    expect(await shows(visited, '^refused')).toMatch(/^refused/);
  });
}
