import { GUESSES_MAX, TOKENS_PER_SESSION_MAX, type TokenGrant } from '@rollcall/domain';
import type { Stage } from './stage';
import { digest, goodOf, grant, hostWith, isGood, LONG_MS } from './token-scene';

const ALICE: TokenGrant = { user: 'alice' };

const BROKEN: [TokenGrant, ttlMs: number][] = [
  [{ user: '' }, LONG_MS],
  [{ user: 'a\tb' }, LONG_MS],
  [{ user: 'a\nb' }, LONG_MS],
  [{ user: 'x'.repeat(257) }, LONG_MS],
  [{ user: 'alice', clientAddress: '' }, LONG_MS],
  [{ user: 'alice', clientAddress: 'a host' }, LONG_MS],
  [{ user: 'alice', clientAddress: '10.0.0.1\t' }, LONG_MS],
  [ALICE, 0],
  [ALICE, -1],
  [ALICE, 0.5],
  [ALICE, Number.NaN],
  [ALICE, Number.POSITIVE_INFINITY],
];

/** Connection tokens by themselves: what they are good for and how long, who revokes them, and how wrong ones are counted. */
export function describeTokens(stage: Stage): void {
  describe('connection tokens', () => {
    stage.settled('are good for whom and from where they were granted', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      const grants: TokenGrant[] = [
        ALICE,
        { user: 'CORP\\Ünal 日本' },
        { user: 'bob smith', clientAddress: '10.1.2.3' },
        { user: 'x'.repeat(256), clientAddress: '2001:db8::1' },
      ];
      for (const granted of grants)
        await scene.store.grantToken(host.name(session), digest(granted.user), granted, LONG_MS);

      for (const granted of grants) {
        const found = await scene.store.findGrant(host.name(session), digest(granted.user));
        expect(found).toEqual(granted);
      }
      expect(await isGood(scene, host.name(session), 'another')).toBe(false);
    });

    stage.settled('are good for no other session, here or elsewhere', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      const [other] = await hostWith(scene, 'gpu-2', 'console');
      await grant(scene, host.name(session), 'token');

      for (const name of [other.name(session), host.name(`${session}x`), host.name(`x~${session}`)])
        expect(await isGood(scene, name, 'token')).toBe(false);
      expect(await isGood(scene, host.name(session), 'token')).toBe(true);
    });

    stage.settled('are good until their time is over, by the store’s clock', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      const [shortMs, longMs] = [8 * scene.slackMs, 16 * scene.slackMs];
      await grant(scene, host.name(session), 'short', shortMs);
      await grant(scene, host.name(session), 'long', longMs);

      await scene.time.passSilently(shortMs - 2 * scene.slackMs);
      expect(await isGood(scene, host.name(session), 'short')).toBe(true);
      await scene.time.passSilently(3 * scene.slackMs);
      expect(await goodOf(scene, host.name(session), ['short', 'long'])).toEqual(['long']);
      await scene.time.passSilently(longMs - shortMs);
      expect(await isGood(scene, host.name(session), 'long')).toBe(false);
    });

    stage.settled('keep their own time when one with less of it follows', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      await grant(scene, host.name(session), 'long');
      await grant(scene, host.name(session), 'short', 2 * scene.slackMs);
      await scene.time.passSilently(4 * scene.slackMs);

      expect(await goodOf(scene, host.name(session), ['long', 'short'])).toEqual(['long']);
    });

    stage.settled(
      'are void when there is one too many: the one that would have ended first, never the new one',
      async (scene) => {
        const [host, session] = await hostWith(scene, 'gpu-1', 'console');
        const name = host.name(session);
        const tokens = Array.from({ length: TOKENS_PER_SESSION_MAX }, (_, index) => `t${index}`);
        const ttlOf = (index: number) => LONG_MS + ((index * 7 + 3) % tokens.length) * 10_000;
        await Promise.all(tokens.map((token, index) => grant(scene, name, token, ttlOf(index))));
        expect(await goodOf(scene, name, tokens)).toEqual(tokens);
        const shortest = tokens.find((_, index) => ttlOf(index) === LONG_MS);

        await grant(scene, name, 'one more', LONG_MS / 2);

        expect(await isGood(scene, name, 'one more')).toBe(true);
        expect(await goodOf(scene, name, tokens)).toEqual(tokens.filter((t) => t !== shortest));
      },
    );

    stage.settled('are refused for what cannot be granted', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      for (const [wanted, ttlMs] of BROKEN) {
        const granted = scene.store.grantToken(host.name(session), digest('token'), wanted, ttlMs);
        await expect(granted).rejects.toThrow(TypeError);
      }
      expect(await isGood(scene, host.name(session), 'token')).toBe(false);
    });

    stage.settled('are revoked for one session, all of them or one user’s', async (scene) => {
      const [host, session] = await hostWith(scene, 'gpu-1', 'console');
      const [other] = await hostWith(scene, 'gpu-2', 'console');
      const name = host.name(session);
      for (const user of ['alice', 'alice2', 'bob']) {
        const granted = { user, clientAddress: '10.0.0.1' };
        await scene.store.grantToken(name, digest(user), granted, LONG_MS);
        await scene.store.grantToken(name, digest(`${user} ends`), granted, scene.slackMs);
      }
      await grant(scene, other.name(session), 'elsewhere');
      await scene.time.passSilently(2 * scene.slackMs);
      const left = () => goodOf(scene, name, ['alice', 'alice2', 'bob']);

      expect(await scene.store.revokeTokens(name, 'nobody')).toBe(0);
      expect(await scene.store.revokeTokens(name, '')).toBe(0);
      expect(await scene.store.revokeTokens(name, 'alice')).toBe(1);
      expect(await left()).toEqual(['alice2', 'bob']);
      expect(await scene.store.revokeTokens(name)).toBe(2);
      expect(await left()).toEqual([]);
      expect(await scene.store.revokeTokens(name)).toBe(0);
      expect(await isGood(scene, other.name(session), 'elsewhere')).toBe(true);
    });

    stage.settled(
      'that are wrong count for the address they came from, up to one more than allowed, until the window ends',
      async (scene) => {
        const [guesser, neighbour] = [scene.host('gpu-1'), scene.host('gpu-2')].map(
          ({ endpoint }) => endpoint.host,
        ) as [string, string];
        const counts: number[] = [];
        for (let guess = 1; guess <= GUESSES_MAX + 5; guess += 1)
          counts.push(await scene.store.countGuess(guesser));

        const upTo = Array.from({ length: GUESSES_MAX + 1 }, (_, index) => index + 1);
        expect(counts).toEqual([...upTo, ...Array(4).fill(GUESSES_MAX + 1)]);
        expect(await scene.store.countGuess(neighbour)).toBe(1);
        expect(await scene.store.countGuess(`::ffff:${neighbour}`)).toBe(2);

        await scene.endGuessWindow();
        expect(await scene.store.countGuess(guesser)).toBe(1);
        expect(await scene.store.countGuess(guesser)).toBe(2);
      },
    );

    stage.settled('that are wrong and come from no address count together', async (scene) => {
      await scene.endGuessWindow();
      const counts: number[] = [];
      for (const source of ['', 'a\r\nb', '*', '{x}', 'localhost'])
        counts.push(await scene.store.countGuess(source));
      expect(counts).toEqual([1, 2, 3, 4, 5]);
    });
  });
}
