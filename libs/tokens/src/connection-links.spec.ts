import { browserLink, nativeLink, proxyLink } from './connection-links';

const gateway = { host: 'gw.example.com', port: 8443 };
const proxy = { host: 'desk.example.com', port: 443 };

describe('the links of a session', () => {
  it('carry the token in the query, and the id in the fragment', () => {
    expect(browserLink(gateway, 'gpu-1~console', 'T0K-en_')).toBe(
      'https://gw.example.com:8443/?authToken=T0K-en_#gpu-1~console',
    );
    expect(nativeLink(gateway, 'gpu-1~console', 'T0K-en_')).toBe(
      'dcv://gw.example.com:8443/?authToken=T0K-en_#gpu-1~console',
    );
  });

  it('carry the id in the path as well where a proxy is asked, with a slash behind it', () => {
    expect(proxyLink(proxy, '/s/', 'gpu-1~console', 'T0K-en_')).toBe(
      'https://desk.example.com:443/s/gpu-1~console/?authToken=T0K-en_#gpu-1~console',
    );
  });

  it('put an IPv6 address in brackets', () => {
    expect(browserLink({ host: '2001:db8::7', port: 443 }, 'a~b', 'T')).toBe(
      'https://[2001:db8::7]:443/?authToken=T#a~b',
    );
  });

  it.each(['設計 2', 'a#b?c=d&e', '100%', '../x', '<b>"\'', 'CORP\\x'])(
    'give %j back to whoever takes them apart',
    (local) => {
      const id = `gpu-1~${local}`;
      for (const link of [browserLink(gateway, id, 'T'), proxyLink(proxy, '/s/', id, 'T')]) {
        const { hash, searchParams } = new URL(link);
        expect(decodeURIComponent(hash.slice(1))).toBe(id);
        expect([...searchParams]).toEqual([['authToken', 'T']]);
      }
      const [, , asked] = new URL(proxyLink(proxy, '/s/', id, 'T')).pathname.split('/');
      expect(decodeURIComponent(asked!)).toBe(id);
    },
  );
});
