import { readEnv } from './read-env';
import { TokenSettings } from './token.settings';

const read = (ttl?: string) => readEnv({ tokens: TokenSettings }, { TOKEN_TTL_MS: ttl }).tokens;

describe('TokenSettings', () => {
  it('lets a token live for an hour unless told otherwise', () => {
    expect(read()).toEqual({ ttlMs: 3_600_000 });
  });

  it.each([1_000, 30 * 24 * 3_600_000])('takes %d ms', (ttlMs) => {
    expect(read(String(ttlMs))).toEqual({ ttlMs });
  });

  it.each(['0', '999', '2592000001', '60000.5', '-1'])('refuses %s ms', (ttl) => {
    expect(() => read(ttl)).toThrow(/^TOKEN_TTL_MS must be a whole number .* \(30 days\)$/);
  });
});
