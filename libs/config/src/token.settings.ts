import { IsInt, Max, Min } from 'class-validator';
import { Setting, type Settings } from './setting.decorator';

/** What connection tokens are made with. */
export interface TokenConfig {
  /** How long a new token is good. */
  readonly ttlMs: number;
}

/** Like the Session Manager broker's. */
const TTL_DEFAULT_MS = 3_600_000;

/** Nobody opens a link sooner: less would only be a mistaken unit. */
const TTL_MIN_MS = 1_000;

/** A token is a password in a link, in histories and chats: a month is long for that. */
const TTL_MAX_MS = 30 * 24 * 3_600_000;

const TTL_RULE = {
  message: `TOKEN_TTL_MS must be a whole number of milliseconds from ${TTL_MIN_MS} (a second) to ${TTL_MAX_MS} (30 days)`,
};

/** How long people can use the links they are given. */
export class TokenSettings implements Settings<TokenConfig> {
  @Setting({
    default: TTL_DEFAULT_MS,
    about:
      'How long a link of rollcall connect is good: clients come back with it after a break, so at least as long as a working session should survive one. It ends sooner with its session',
  })
  @IsInt(TTL_RULE)
  @Min(TTL_MIN_MS, TTL_RULE)
  @Max(TTL_MAX_MS, TTL_RULE)
  TOKEN_TTL_MS!: number;

  toConfig(): TokenConfig {
    return { ttlMs: this.TOKEN_TTL_MS };
  }
}
