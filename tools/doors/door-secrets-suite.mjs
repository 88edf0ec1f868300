/** What must be nowhere, after everything else was done. */
export function doorSecrets(site) {
  it('tells the host no Referer, and forbids browsers to send one', async () => {
    const link = new URL(await site.link('a~console', 'ann'));
    const headers = { referer: link.href };
    const page = await site.client.get(link.pathname + link.search);
    await site.client.get('/s/a~console/app.js', { headers });
    await site.client.get('/favicon.ico', { headers });
    await site.client.get('/nowhere', { headers });
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    const missing = await site.client.get('/s/nobody~console/');
    expect(missing.headers['referrer-policy']).toBe('no-referrer');
    const referers = Object.values(site.roll.hosts)
      .flatMap(({ dcv }) => dcv.requests)
      .filter((request) => request.headers.referer !== undefined);
    expect(referers.map(({ headers: { referer } }) => site.withoutTokens(referer))).toEqual([]);
  });

  it('leaves no token of any link in a log of the door or of Rollcall', async () => {
    await site.client.get('/s/a~console/?authToken=seen-nowhere');
    expect(site.door.accessLog()).toContain('/s/a~console/');
    expect(site.roll.roll.logs.length).toBeGreaterThan(0);
    expect(site.tokens.size).toBeGreaterThan(0);
    const leaked = (log) => log.split('\n').filter((line) => site.withoutTokens(line) !== line);
    expect(leaked(site.door.accessLog()).map(site.withoutTokens)).toEqual([]);
    expect(leaked(site.door.errorLog()).map(site.withoutTokens)).toEqual([]);
    expect(leaked(site.roll.roll.logs).map(site.withoutTokens)).toEqual([]);
  });
}
