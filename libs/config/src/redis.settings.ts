import { IsIn, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { ConfigError } from './config-error';
import type { RedisConfig, RedisPlace, RedisTls } from './redis-config';
import { parseRedisNodes } from './redis-nodes';
import { readRedisTls } from './redis-tls';
import { Setting, type Settings } from './setting.decorator';

const KEY_PART = /^[^{}\s\p{Cc}]{1,64}$/u;
const KEY_PART_RULE =
  '$property must hold at most 64 characters, none of them a brace, white space or a control character';
const MASTER_NAME = /^[A-Za-z0-9._-]{1,64}$/;
const MODES = ['standalone', 'sentinel', 'cluster'];
const SWITCH = ['on', 'off'];
const SWITCH_RULE = { message: '$property must be on or off' };

/** The store's address and the roll's name. */
export class RedisSettings implements Settings<RedisConfig> {
  @Setting({
    default: 'redis://127.0.0.1:6379/0',
    about:
      'Where a standalone store is (redis://host:port/database); rediss:// speaks TLS. Ignored in the other modes',
  })
  @ValidateIf(({ REDIS_MODE: mode }: RedisSettings) => mode === 'standalone')
  @ValidateBy({
    name: 'isRedisUrl',
    validator: {
      validate: (value) => typeof value === 'string' && isRedisUrl(value),
      defaultMessage: () =>
        'REDIS_URL must read redis://host:port/database or rediss://host:port/database, without a query',
    },
  })
  REDIS_URL!: string;

  @Setting({
    default: 'standalone',
    about:
      'How the store is run: standalone (one server, or one address that always leads to the master), sentinel or cluster',
  })
  @IsIn(MODES, { message: 'REDIS_MODE must be standalone, sentinel or cluster' })
  REDIS_MODE!: string;

  @Setting({
    about:
      'The Sentinels, or some nodes of the Cluster: host:port,host:port, an IPv6 address in brackets; name at least two, for one may be down',
  })
  REDIS_NODES?: string;

  @Setting({ about: 'Name under which the Sentinels know the master' })
  REDIS_SENTINEL_MASTER?: string;

  @Setting({
    about: 'User of the store (ACL), unless REDIS_URL names one; in every mode',
  })
  REDIS_USERNAME?: string;

  @Setting({ about: 'Password of the store; here it stays out of the URL; in every mode' })
  REDIS_PASSWORD?: string;

  @Setting({ about: 'User of the Sentinels themselves, where they have users' })
  REDIS_SENTINEL_USERNAME?: string;

  @Setting({ about: 'Password of the Sentinels themselves, where they ask for one' })
  REDIS_SENTINEL_PASSWORD?: string;

  @Setting({
    default: 'off',
    about:
      'on speaks TLS to the Sentinels and servers, or to the Cluster; in standalone mode REDIS_URL says it (rediss://)',
  })
  @IsIn(SWITCH, SWITCH_RULE)
  REDIS_TLS!: string;

  @Setting({
    about:
      'Authorities in PEM that vouch for the store; unset = those that Node trusts. Set, TLS is spoken in the modes sentinel and cluster. Read at the start',
  })
  REDIS_TLS_CA_FILE?: string;

  @Setting({
    about:
      'Certificate in PEM to show to the store, where it asks for one (tls-auth-clients); read at the start',
  })
  REDIS_TLS_CERT_FILE?: string;

  @Setting({ about: 'Its private key in PEM, not encrypted' })
  REDIS_TLS_KEY_FILE?: string;

  @Setting({
    default: 'off',
    about:
      'on runs on a store whose maxmemory-policy is not noeviction, with a warning: when it is full, it drops the sessions of live hosts',
  })
  @IsIn(SWITCH, SWITCH_RULE)
  REDIS_ALLOW_EVICTION!: string;

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
    const problems: string[] = [];
    const place = this.place(problems);
    const tls = this.tls(problems);
    if (problems.length > 0) throw new ConfigError(problems);
    return {
      ...place,
      username: this.REDIS_USERNAME,
      password: this.REDIS_PASSWORD,
      tls,
      allowEviction: this.REDIS_ALLOW_EVICTION === 'on',
      keyPrefix: this.REDIS_KEY_PREFIX,
      roll: this.ROLL,
    };
  }

  private place(problems: string[]): RedisPlace {
    const nodes = this.nodes(problems);
    const master = this.master(problems);
    if (this.REDIS_MODE === 'cluster') return { mode: 'cluster', nodes };
    if (this.REDIS_MODE !== 'sentinel') return { mode: 'standalone', url: this.REDIS_URL };
    return {
      mode: 'sentinel',
      nodes,
      master,
      sentinelUsername: this.REDIS_SENTINEL_USERNAME,
      sentinelPassword: this.REDIS_SENTINEL_PASSWORD,
    };
  }

  private nodes(problems: string[]) {
    const { REDIS_MODE: mode, REDIS_NODES: text } = this;
    if (mode === 'standalone') {
      if (text !== undefined) {
        problems.push(
          'REDIS_NODES is set, but REDIS_MODE is standalone: set it to sentinel or cluster, or give REDIS_URL instead',
        );
      }
      return [];
    }
    if (text === undefined) {
      problems.push(`REDIS_NODES must be set where REDIS_MODE is ${mode}: host:port,host:port`);
      return [];
    }
    const nodes = parseRedisNodes(text);
    if (nodes === undefined) {
      problems.push('REDIS_NODES must read host:port,host:port, an IPv6 address in brackets');
    }
    return nodes ?? [];
  }

  private master(problems: string[]): string {
    const { REDIS_MODE: mode, REDIS_SENTINEL_MASTER: master = '' } = this;
    const ofSentinels = [
      'REDIS_SENTINEL_MASTER',
      'REDIS_SENTINEL_USERNAME',
      'REDIS_SENTINEL_PASSWORD',
    ] as const;
    if (mode !== 'sentinel') {
      for (const setting of ofSentinels)
        if (this[setting] !== undefined)
          problems.push(`${setting} is set, but REDIS_MODE is ${mode}, not sentinel`);
    } else if (master === '') {
      problems.push('REDIS_SENTINEL_MASTER must be set where REDIS_MODE is sentinel');
    } else if (!MASTER_NAME.test(master)) {
      problems.push('REDIS_SENTINEL_MASTER must hold letters, digits and .-_ only, 64 at most');
    }
    return master;
  }

  private tls(problems: string[]): RedisTls | undefined {
    const { REDIS_MODE: mode, REDIS_TLS: wanted } = this;
    const files = {
      caFile: this.REDIS_TLS_CA_FILE,
      certFile: this.REDIS_TLS_CERT_FILE,
      keyFile: this.REDIS_TLS_KEY_FILE,
    };
    const reasons = [
      ...(wanted === 'on' ? ['REDIS_TLS is on'] : []),
      ...(files.caFile === undefined ? [] : ['REDIS_TLS_CA_FILE is set']),
      ...(files.certFile === undefined ? [] : ['REDIS_TLS_CERT_FILE is set']),
    ];
    const isTlsUrl = /^rediss:/i.test(this.REDIS_URL);
    if (mode === 'standalone' && !isTlsUrl && reasons.length > 0) {
      problems.push(`REDIS_URL must begin with rediss:// where ${reasons[0]}`);
    }
    if (mode !== 'standalone' && isTlsUrl && reasons.length === 0) {
      problems.push(
        `REDIS_URL speaks TLS, but it is not used where REDIS_MODE is ${mode}: set REDIS_TLS=on, or take REDIS_URL away`,
      );
    }
    const tls = readRedisTls(files, problems);
    const isWanted = mode === 'standalone' ? isTlsUrl : reasons.length > 0;
    return isWanted ? tls : undefined;
  }
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
