import type { ServerId } from '@rollcall/domain';
import { mintServerToken, readServerToken, SERVER_TOKEN_LENGTH_MAX } from './server-tokens';

const GPU_1 = 'gpu-1.example_2' as ServerId;
const SECRET = 'a'.repeat(43);

describe('a server’s token', () => {
  it('says whose it is, and holds 256 random bits', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, () => mintServerToken(GPU_1).token));

    expect(tokens.size).toBe(1_000);
    for (const token of tokens) {
      const [server, secret = ''] = token.split('~');
      expect(server).toBe(GPU_1);
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    }
  });

  it('is known again by a digest from which nobody can make it', () => {
    const { token, server, digest } = mintServerToken(GPU_1);

    expect(readServerToken(token)).toEqual({ server, digest });
    expect(digest).toHaveLength(43);
    expect(token).not.toContain(digest);
  });

  it('may be as long as the longest server id makes it', () => {
    const longest = `${'a'.repeat(63)}~${SECRET}`;

    expect(longest).toHaveLength(SERVER_TOKEN_LENGTH_MAX);
    expect(readServerToken(longest)).toMatchObject({ server: 'a'.repeat(63) });
  });

  it.each([
    '',
    SECRET,
    `~${SECRET}`,
    `gpu-1~${SECRET}a`,
    `gpu-1~${SECRET.slice(1)}`,
    `gpu-1~${SECRET}\n`,
    `gpu-1~~${SECRET.slice(1)}`,
    `-gpu~${SECRET}`,
    `gpu 1~${SECRET}`,
    `${'a'.repeat(64)}~${SECRET}`,
    'x'.repeat(200),
  ])('is not %j', (text) => {
    expect(readServerToken(text)).toBeUndefined();
  });
});
