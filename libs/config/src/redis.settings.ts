import { IsIn, Matches, ValidateBy } from 'class-validator';
import { Setting, type Settings } from './setting.decorator';

/** Where the store is, and which of its keys are ours. */
export interface RedisConfig {
  /** May hold credentials: show `redisAddress` instead. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** First part of every key. */
  readonly keyPrefix: string;
  /** Name of the roll: one fleet may keep several. */
  readonly roll: string;
}

const KEY_PART = /^[^{}\s\p{Cc}]{1,64}$/u;
const KEY_PART_RULE =
  '$property must hold at most 64 characters, none of them a brace, white space or a control character';

/** The store's address and the roll's name. */
export class RedisSettings implements Settings<RedisConfig> {
  @Setting({
    default: 'redis://127.0.0.1:6379/0',
    about: 'Where the store is (redis://host:port/database); rediss:// speaks TLS',
  })
  @ValidateBy({
    name: 'isRedisUrl',
    validator: {
      validate: (value) => typeof value === 'string' && isRedisUrl(value),
      defaultMessage: () =>
        'REDIS_URL must read redis://host:port/database or rediss://host:port/database, without a query',
    },
  })
  REDIS_URL!: string;

  @Setting({ about: 'User of the store (ACL), unless the URL names one' })
  REDIS_USERNAME?: string;

  @Setting({ about: 'Password of the store; here it stays out of the URL' })
  REDIS_PASSWORD?: string;

  @Setting({ default: 'standalone', about: 'How the store is run; only standalone so far' })
  @IsIn(['standalone'], {
    message: 'REDIS_MODE must be standalone: no other way of running the store is supported yet',
  })
  REDIS_MODE!: string;

  @Setting({
    default: 'rollcall',
    about: 'First part of every key; change it when several installations share one store',
  })
  @Matches(KEY_PART, { message: KEY_PART_RULE })
  REDIS_KEY_PREFIX!: string;

  @Setting({
    default: 'main',
    about: 'Name of the roll; hosts and gateways of one roll find each other',
  })
  @Matches(KEY_PART, { message: KEY_PART_RULE })
  ROLL!: string;

  toConfig(): RedisConfig {
    return {
      url: this.REDIS_URL,
      username: this.REDIS_USERNAME,
      password: this.REDIS_PASSWORD,
      keyPrefix: this.REDIS_KEY_PREFIX,
      roll: this.ROLL,
    };
  }
}

/** The store's address without credentials: what logs and messages may show. */
export function redisAddress({ url }: Pick<RedisConfig, 'url'>): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, username, password } = new URL(text);
  return (
    (protocol === 'redis:' || protocol === 'rediss:') &&
    hostname !== '' &&
    search === '' && // the client would take options from it, and prefer them to those of our roles
    /^(\/\d{0,5})?$/.test(pathname) &&
    [username, password].every(isPercentEncoded)
  );
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
