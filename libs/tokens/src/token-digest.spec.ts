import { hasTokenForm, mintToken, tokenDigest } from './token-digest';

describe('mintToken', () => {
  it('makes 256 bits in base64url, never the same twice', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, mintToken));

    expect(tokens.size).toBe(1_000);
    for (const token of tokens) {
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      expect(hasTokenForm(token)).toBe(true);
    }
  });
});

describe('hasTokenForm', () => {
  it.each(['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(43)}\n`])(
    'refuses %j',
    (text) => {
      expect(hasTokenForm(text)).toBe(false);
    },
  );
});

describe('tokenDigest', () => {
  it('is the SHA-256 of the token in base64url', () => {
    expect(tokenDigest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
});
