import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Logger } from '@nestjs/common';
import { isServerId, type ServerId } from '@rollcall/domain';
import { readServerToken } from '@rollcall/tokens';
import { StateError } from '../identity/state-error';
import { codeOf } from '../identity/state-file';
import type { ReportDoorConfig } from '../settings/report-door.settings';

/** What the agent shows at the door, and whose certificate it believes there. */
export interface DoorCredentials {
  readonly server: ServerId;
  /** The header of the same name. */
  readonly authorization?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Undefined: the roots that Node knows. */
  readonly ca?: string;
}

/** Where an identity is looked for in the state directory, if no setting says otherwise. */
export const TOKEN_FILE = 'report-token';
export const CERT_FILE = 'report-client.crt';
export const KEY_FILE = 'report-client.key';
export const CA_FILE = 'report-ca.crt';

/** Between two looks at the files. */
const LOOK_EVERY_MS = 2_000;
const FILE_BYTES_MAX = 256 * 1024;
const READABLE_FOR_OTHERS = 0o077;

type Paths = Pick<ReportDoorConfig, 'tokenFile' | 'certFile' | 'keyFile' | 'caFile'>;

/**
 * The files that make this agent's identity, and are read again when they change: a token is rotated without a restart.
 * What cannot be used is told once, and the old one stays in use.
 */
export class IdentityFiles {
  private readonly logger = new Logger('Identity');
  private lookedAtMs: number;
  private told?: string;

  private constructor(
    private readonly read: () => DoorCredentials,
    private inUse: DoorCredentials,
    private readonly now: () => number,
  ) {
    this.lookedAtMs = now();
  }

  /** @throws StateError when there is no identity, or none that can be used. */
  static open(
    stateDir: string,
    paths: Paths,
    now: () => number = () => performance.now(),
  ): IdentityFiles {
    const read = () => readCredentials(stateDir, paths);
    return new IdentityFiles(read, read(), now);
  }

  /** Whom the identity is of; the same for the life of the agent. */
  get server(): ServerId {
    return this.inUse.server;
  }

  /** What is to be shown now. The same object as long as the files have not changed. */
  current(): DoorCredentials {
    if (this.now() - this.lookedAtMs >= LOOK_EVERY_MS) this.look();
    return this.inUse;
  }

  private look(): void {
    this.lookedAtMs = this.now();
    try {
      const found = this.read();
      if (found.server !== this.inUse.server) {
        throw new StateError(`the identity is of ${found.server} now: restart the agent`);
      }
      if (!isSame(found, this.inUse)) {
        this.inUse = found;
        this.logger.log('a new identity is in use');
      }
      this.told = undefined;
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (sentence !== this.told) {
        this.logger.error(`the identity is not read again, the old one stays in use: ${sentence}`);
      }
      this.told = sentence;
    }
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function isSame(one: DoorCredentials, other: DoorCredentials): boolean {
  return (['authorization', 'cert', 'key', 'ca'] as const).every(
    (part) => one[part] === other[part],
  );
}

function readCredentials(stateDir: string, paths: Paths): DoorCredentials {
  const ca = authorities(paths.caFile) ?? optionalAuthorities(join(stateDir, CA_FILE));
  if (paths.certFile !== undefined && paths.keyFile !== undefined) {
    return certificateCredentials(paths.certFile, paths.keyFile, ca);
  }
  if (paths.tokenFile !== undefined) return tokenCredentials(paths.tokenFile, ca);
  const certFile = join(stateDir, CERT_FILE);
  if (exists(certFile)) return certificateCredentials(certFile, join(stateDir, KEY_FILE), ca);
  const tokenFile = join(stateDir, TOKEN_FILE);
  if (exists(tokenFile)) return tokenCredentials(tokenFile, ca);
  throw new StateError(
    `AGENT_REPORT_URL is set, but this host has no identity: put what "rollcall identity issue SERVER" prints into ${tokenFile}, mode 600, or a client certificate into ${certFile} and ${KEY_FILE}.`,
  );
}

function tokenCredentials(file: string, ca?: string): DoorCredentials {
  const text = secretText(file).trim();
  const token = readServerToken(text);
  if (!token) {
    throw new StateError(`${file} holds no token as "rollcall identity issue" prints it.`);
  }
  return { server: token.server, authorization: `Bearer ${text}`, ca };
}

function certificateCredentials(certFile: string, keyFile: string, ca?: string): DoorCredentials {
  const [cert, key] = [readText(certFile), secretText(keyFile)];
  try {
    createSecureContext({ cert, key, ca });
    const commonName: unknown = new X509Certificate(cert).toLegacyObject().subject.CN;
    if (typeof commonName === 'string' && isServerId(commonName)) {
      return { server: commonName, cert, key, ca };
    }
  } catch (cause) {
    throw new StateError(
      `${certFile} and ${keyFile} cannot be used together (${codeOf(cause)}): they must be a certificate and its private key in PEM.`,
      { cause },
    );
  }
  throw new StateError(`The common name (CN) of ${certFile} must be the server id of this host.`);
}

/** Of a file that nobody else may read: whoever has what is in it can report as this host. */
function secretText(file: string): string {
  const text = readText(file);
  if (process.platform !== 'win32' && (statSync(file).mode & READABLE_FOR_OTHERS) !== 0) {
    throw new StateError(`${file} can be read by others: chmod 600 ${file}`);
  }
  return text;
}

function authorities(file: string | undefined): string | undefined {
  return file === undefined ? undefined : certificatesIn(file);
}

function optionalAuthorities(file: string): string | undefined {
  return exists(file) ? certificatesIn(file) : undefined;
}

/** An empty file would stand for every authority that Node knows. */
function certificatesIn(file: string): string {
  const text = readText(file);
  const certificates = text.match(CERTIFICATE) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return text;
  } catch (cause) {
    throw new StateError(`${file} holds a certificate that cannot be read (${codeOf(cause)}).`, {
      cause,
    });
  }
  throw new StateError(`${file} holds no certificate in PEM.`);
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function readText(file: string): string {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > FILE_BYTES_MAX) {
      throw new StateError(`${file} is no file of a sensible size.`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError(
      `${file} cannot be read (${codeOf(error)}): let the agent's user read it.`,
      { cause: error },
    );
  }
}
