import type { RedisOptions } from 'ioredis';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificatePair } from '../certificates/test-ca';

/** The certificates of test servers. */
export interface TestTls {
  /** Of the servers; also what they show to each other, so that the nodes of a Cluster need a `TestCa.peer`. */
  readonly server: CertificatePair;
  /** The authority that vouches for the servers, and for clients if they have to show a certificate. */
  readonly caPem: string;
  /** Whether clients must show a certificate; no by default. */
  readonly askClients?: boolean;
}

/** How test servers are locked; open and in plain text by default. */
export interface SecurityOptions {
  /** The only port speaks TLS. */
  readonly tls?: TestTls;
  /** Lines of an ACL file. There is then an operator besides, whom the servers use among themselves, and no default user. */
  readonly users?: readonly string[];
}

/** The user that may do everything, on servers that were given users. */
export const OPERATOR = { username: 'operator', password: 'operators-secret' } as const;

const ACL_FILE = 'users.acl';
const TLS_FILES = { cert: 'server.crt', key: 'server.key', ca: 'ca.crt' } as const;

/** What a set of test servers and its clients need for their locks. */
export class ServerSecurity {
  private folder?: string;

  constructor(private readonly options: SecurityOptions = {}) {}

  get scheme(): 'redis' | 'rediss' {
    return this.options.tls ? 'rediss' : 'redis';
  }

  /** Files of each server's data directory. */
  get files(): Record<string, string> {
    const { tls, users } = this.options;
    return {
      ...(tls && {
        [TLS_FILES.cert]: tls.server.certPem,
        [TLS_FILES.key]: tls.server.keyPem,
        [TLS_FILES.ca]: tls.caPem,
      }),
      ...(users && { [ACL_FILE]: aclFile(users) }),
    };
  }

  /** Further arguments of a server at this port. */
  serverArgs(port: number): string[] {
    const { users } = this.options;
    const { username, password } = OPERATOR;
    const acl = ['--aclfile', ACL_FILE, '--masteruser', username, '--masterauth', password];
    return [...this.sentinelArgs(port), ...(users ? acl : [])];
  }

  /** Further arguments of a Sentinel at this port; it has no users of its own. */
  sentinelArgs(port: number): string[] {
    const { tls } = this.options;
    if (!tls) return [];
    return [
      ...['--port', '0', '--tls-port', String(port), '--tls-replication', 'yes'],
      ...['--tls-cluster', 'yes', '--tls-auth-clients', tls.askClients ? 'yes' : 'no'],
      ...['--tls-cert-file', TLS_FILES.cert, '--tls-key-file', TLS_FILES.key],
      ...['--tls-ca-cert-file', TLS_FILES.ca],
    ];
  }

  /** How a Sentinel logs in to the servers it watches. */
  sentinelLines(master: string): string[] {
    if (!this.options.users) return [];
    return [
      `sentinel auth-user ${master} ${OPERATOR.username}`,
      `sentinel auth-pass ${master} ${OPERATOR.password}`,
    ];
  }

  /** How the tests' own clients connect: as the operator. */
  get clientOptions(): RedisOptions {
    const { tls, users } = this.options;
    return {
      ...(users && OPERATOR),
      ...(tls && { tls: { ca: tls.caPem, cert: tls.server.certPem, key: tls.server.keyPem } }),
    };
  }

  /** Settings of the product for the transport and, unless it says otherwise, the operator's credentials. */
  get environment(): Record<string, string> {
    const { tls, users } = this.options;
    return {
      ...(users && {
        REDIS_USERNAME: OPERATOR.username,
        REDIS_PASSWORD: OPERATOR.password,
      }),
      ...(tls && { REDIS_TLS_CA_FILE: this.caFile(tls) }),
    };
  }

  /** Removes the file that `environment` names. */
  stop(): void {
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private caFile({ caPem }: TestTls): string {
    this.folder ??= mkdtempSync(join(tmpdir(), 'rollcall-ca-'));
    const file = join(this.folder, TLS_FILES.ca);
    writeFileSync(file, caPem);
    return file;
  }
}

/** `host:port,…`, as REDIS_NODES has it. */
export function nodeList(nodes: readonly { host: string; port: number }[]): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(',');
}

function aclFile(users: readonly string[]): string {
  const { username, password } = OPERATOR;
  const operator = `user ${username} on >${password} ~* &* +@all`;
  return [...users, operator, 'user default off', ''].join('\n');
}
