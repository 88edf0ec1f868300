/** One member of a set of servers or Sentinels. */
export interface RedisNode {
  /** Name or address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What TLS is spoken with; without an authority of one's own, with those that Node knows. */
export interface RedisTls {
  /** Authorities in PEM. */
  readonly ca?: string;
  /** The certificate that is shown, in PEM, with its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** One server. */
export interface StandaloneRedis {
  readonly mode?: 'standalone';
  /** May hold credentials: show `redisAddress` instead. */
  readonly url: string;
}

/** Whichever server the Sentinels call the master. */
export interface SentinelRedis {
  readonly mode: 'sentinel';
  /** The Sentinels. */
  readonly nodes: readonly RedisNode[];
  /** The name under which they know the master. */
  readonly master: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

/** A Cluster, found through some of its nodes. */
export interface ClusterRedis {
  readonly mode: 'cluster';
  readonly nodes: readonly RedisNode[];
}

/** Where the store is, and which of its keys are ours. */
export type RedisConfig = (StandaloneRedis | SentinelRedis | ClusterRedis) & {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: RedisTls;
  /** Runs on a store that may drop keys when it is full. */
  readonly allowEviction?: boolean;
  /** First part of every key. */
  readonly keyPrefix: string;
  /** Name of the roll: one fleet may keep several. */
  readonly roll: string;
};

/** The part of a configuration that says where the store is. */
export type RedisPlace = StandaloneRedis | SentinelRedis | ClusterRedis;

/** The store's address without credentials: what logs and messages may show. */
export function redisAddress(place: RedisPlace): string {
  switch (place.mode) {
    case 'sentinel':
      return `redis-sentinel://${nodeList(place.nodes)}/${place.master}`;
    case 'cluster':
      return `redis-cluster://${nodeList(place.nodes)}`;
    default: {
      const { protocol, host, pathname } = new URL(place.url);
      return `${protocol}//${host}${pathname}`;
    }
  }
}

/** The setting that says where the store is. */
export function redisSetting({ mode }: RedisPlace): 'REDIS_URL' | 'REDIS_NODES' {
  return mode === 'sentinel' || mode === 'cluster' ? 'REDIS_NODES' : 'REDIS_URL';
}

/** A member as settings have it. */
export function nodeText({ host, port }: RedisNode): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function nodeList(nodes: readonly RedisNode[]): string {
  return nodes.map(nodeText).join(',');
}
