import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Logger } from '@rollcall/observability';
import { TlsFileError } from './tls-file-error';
import type { TlsFiles } from './tls-files';
import { secureContextOptions } from './tls-options';
import type { TlsConfig, TlsPaths } from './tls-config';

/** Files that have been found good. */
export interface TlsMaterial {
  readonly files: TlsFiles;
  /** SHA-256 of the server's certificate, as `openssl x509 -fingerprint -sha256` shows it. */
  readonly fingerprint: string;
  /** When the first certificate of the server's chain runs out, in Unix time; those that are idle do not count. */
  readonly expiresAtMs: number;
  /** When the first of the clients' roots runs out; undefined when clients show none. */
  readonly clientCaExpiresAtMs?: number;
  /** A sentence for each certificate that stands in a file and is not good at this moment: others do without it. */
  readonly idle: readonly string[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const CERTIFICATE_BEGIN = /-----BEGIN CERTIFICATE-----/g;

/**
 * Looks at what Node takes without a word: an expired certificate, a file of roots that holds none. It would lock
 * every client out.
 * @throws TlsFileError
 */
export function checkTlsFiles(config: TlsConfig, files: TlsFiles, nowMs: number): TlsMaterial {
  const server = new CertificateFile(config, 'certFile', files.cert, nowMs);
  const [certificate] = server.certificates;
  server.demandGood([certificate]);
  if (!certificate.checkPrivateKey(privateKey(config, files.key))) {
    throw new TlsFileError(
      config,
      'keyFile',
      `does not belong to the certificate of ${config.settings.certFile}`,
    );
  }
  const clients = clientCa(config, files, nowMs);
  const material = {
    files,
    fingerprint: certificate.fingerprint256,
    expiresAtMs: server.expiresAtMs,
    ...(clients && { clientCaExpiresAtMs: clients.expiresAtMs }),
    idle: [...server.idle, ...(clients?.idle ?? [])],
  };
  tryOut(config, material);
  return material;
}

/** Tells of certificates that are in the files for nothing. */
export function warnOfIdle({ idle }: TlsMaterial, logger: Pick<Logger, 'warn'>): void {
  if (idle.length > 0) logger.warn(`certificates that are not good now: ${idle.join('; ')}`);
}

function clientCa(
  config: TlsConfig,
  { clientCa: text }: TlsFiles,
  nowMs: number,
): CertificateFile | undefined {
  if (text === undefined) return undefined;
  const file = new CertificateFile(config, 'clientCaFile', text, nowMs);
  const roots = file.certificates.filter(isSelfIssued);
  if (!file.certificates.every((certificate) => certificate.ca || isSelfIssued(certificate))) {
    throw new TlsFileError(
      config,
      'clientCaFile',
      'holds a certificate that is neither an authority’s nor self-signed',
    );
  }
  if (roots.length === 0) {
    throw new TlsFileError(
      config,
      'clientCaFile',
      'holds no root, without which no client’s certificate can be verified',
    );
  }
  file.demandGood(roots);
  return file;
}

/** A root; or a certificate that vouches for nobody but itself, and so for the one client that has its key. */
function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer;
}

/** The certificates of one file, each of them readable. */
class CertificateFile {
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];

  constructor(
    private readonly config: TlsConfig,
    private readonly file: keyof TlsPaths,
    text: string,
    private readonly nowMs: number,
  ) {
    const blocks = text.match(CERTIFICATE) ?? [];
    if (blocks.length < (text.match(CERTIFICATE_BEGIN)?.length ?? 0)) {
      throw this.error('holds a certificate without an end');
    }
    const [first, ...others] = blocks.map((block) => this.parse(block));
    if (!first) throw this.error('holds no certificate in PEM');
    this.certificates = [first, ...others];
  }

  /** When the first of those that are good now runs out, in Unix time. */
  get expiresAtMs(): number {
    const good = this.certificates.filter((certificate) => !this.problemOf(certificate));
    return Math.min(...good.map(({ validTo }) => Date.parse(validTo)));
  }

  /** A sentence for each that is not good now. */
  get idle(): string[] {
    return this.certificates.flatMap((certificate, index) => {
      const problem = this.problemOf(certificate);
      return problem
        ? [this.error(`holds a certificate (no. ${index + 1}) that ${problem}`).message]
        : [];
    });
  }

  /** @throws TlsFileError when none of these is good now. */
  demandGood(candidates: readonly X509Certificate[]): void {
    const problems = candidates.map((certificate) => this.problemOf(certificate));
    const [problem] = problems;
    if (problem && problems.every(Boolean)) throw this.error(problem);
  }

  private parse(block: string): X509Certificate {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw this.error('holds a certificate that cannot be read', cause);
    }
  }

  private problemOf({ validFrom, validTo }: X509Certificate): string | undefined {
    if (!(this.nowMs >= Date.parse(validFrom))) return `is not valid before ${validFrom}`;
    if (!(this.nowMs < Date.parse(validTo))) return `has expired: it was valid until ${validTo}`;
    return undefined;
  }

  private error(reason: string, cause?: unknown): TlsFileError {
    return new TlsFileError(this.config, this.file, reason, { cause });
  }
}

function privateKey(config: TlsConfig, key: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    // The two marks of PEM; Node's own error differs from version to version, and says no more.
    const isEncrypted = /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(key);
    const reason = isEncrypted ? 'is encrypted' : 'holds no private key in PEM';
    throw new TlsFileError(config, 'keyFile', reason);
  }
}

/** OpenSSL has rules of its own, on the length of keys for example. */
function tryOut(config: TlsConfig, { files }: Pick<TlsMaterial, 'files'>): void {
  try {
    createSecureContext(secureContextOptions(files, 'optional'));
  } catch (cause) {
    throw new TlsFileError(config, 'certFile', `cannot be used: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
