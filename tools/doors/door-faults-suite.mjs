import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../start/until.mjs';
import { DOOR_TIMINGS } from './door-roll.mjs';

/** Half a second for a busy machine. */
const ALLOWANCE_MS = 500;
const TRY_AGAIN_WITHIN_MS = 2_000;
const BACK_WITHIN_MS = 15_000;

/** Hosts and the store go, and come back. */
export function doorFaults(site) {
  const statusOf = async (path) => (await site.client.get(path)).status;
  /** What a browser asks for first: the page, with the token, which no log must have. */
  const pageOf = (link) => new URL(link).pathname + new URL(link).search;

  it('404s the link of a host that died within its lease, while the other stays connected', async () => {
    const ann = await site.enter(await site.link('a~console', 'ann'));
    const link = await site.link('c~console', 'cleo');
    const cleo = await site.enter(link);
    await site.roll.killHost('c');
    const diedAt = performance.now();
    try {
      const seen = new Set();
      const gone = async () => {
        const status = await statusOf(pageOf(link));
        if (performance.now() - diedAt > ALLOWANCE_MS) seen.add(status);
        return status === 404;
      };
      expect(await until(gone, DOOR_TIMINGS.lease + ALLOWANCE_MS)).toBe(true);
      expect([503, 404]).toEqual(expect.arrayContaining([...seen]));
      expect(cleo.isOpen).toBe(false);
      await expect(site.enter(link)).rejects.toMatchObject({ status: 404 });
      expect(await ann.echo('still here')).toEqual(['a: still here']);
    } finally {
      await site.roll.reviveHost('c');
    }
    expect(await until(async () => (await statusOf('/s/c~console/')) === 200, BACK_WITHIN_MS)).toBe(
      true,
    );
  });

  const outages = [
    ['hangs', (redis) => redis.pause(), (redis) => redis.resume()],
    ['is gone', (redis) => redis.kill(), (redis) => redis.restart()],
  ];
  it.each(outages)(
    'asks to try again while the store %s, keeps open WebSockets, and needs no restart after',
    async (_, goAway, comeBack) => {
      const link = await site.link('a~console', 'ann');
      const ann = await site.enter(link);
      await goAway(site.roll.roll.redis);
      try {
        const awayAt = performance.now();
        const seen = new Set();
        while (performance.now() - awayAt < DOOR_TIMINGS.lease + DOOR_TIMINGS.interval) {
          const askedAt = performance.now();
          const page = await site.client.get(pageOf(link));
          expect(performance.now() - askedAt).toBeLessThan(TRY_AGAIN_WITHIN_MS);
          seen.add(page.status);
          expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
          expect(page.headers['content-type']).toMatch(/^text\/html/);
          expect(await ann.echo('on and on')).toEqual(['a: on and on']);
          await delay(DOOR_TIMINGS.interval / 2);
        }
        expect([...seen]).toEqual([503]);
        expect(await statusOf('/s/nobody~console/')).toBe(503);
      } finally {
        await comeBack(site.roll.roll.redis);
      }
      // The door and the host ask resolvers of their own, which find back one after the other.
      const entered = () =>
        site.enter(link).then(
          ({ host, user }) => host === 'a' && user === 'ann',
          () => false,
        );
      expect(await until(entered, BACK_WITHIN_MS)).toBe(true);
      expect(await ann.echo('still')).toEqual(['a: still']);
    },
  );
}
