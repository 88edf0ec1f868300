import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { TlsFileError } from './tls-file-error';
import type { TlsFiles } from './tls-files';
import { secureContextOptions } from './tls-options';
import type { TlsConfig } from './tls.settings';

/** Files that have been found good. */
export interface TlsMaterial {
  readonly files: TlsFiles;
  /** SHA-256 of the server's certificate, as `openssl x509 -fingerprint -sha256` shows it. */
  readonly fingerprint: string;
  /** When the first certificate of the server's chain runs out, in Unix time. */
  readonly expiresAtMs: number;
  /** When the first of the clients' roots runs out; undefined when clients show none. */
  readonly clientCaExpiresAtMs?: number;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const CERTIFICATE_BEGIN = /-----BEGIN CERTIFICATE-----/g;

/**
 * Looks at what Node takes without a word: an expired certificate, a file of roots that holds none. It would lock
 * every gateway out.
 * @throws TlsFileError
 */
export function checkTlsFiles(config: TlsConfig, files: TlsFiles, nowMs: number): TlsMaterial {
  const server = new CertificateFile(config, 'certFile', files.cert, nowMs);
  const [certificate] = server.certificates;
  if (!certificate.checkPrivateKey(privateKey(config, files.key))) {
    throw new TlsFileError(
      config,
      'keyFile',
      'does not belong to the certificate of RESOLVER_TLS_CERT_FILE',
    );
  }
  const material = {
    files,
    fingerprint: certificate.fingerprint256,
    expiresAtMs: server.expiresAtMs,
    ...checkClientCa(config, files, nowMs),
  };
  tryOut(config, material);
  return material;
}

function checkClientCa(
  config: TlsConfig,
  { clientCa }: TlsFiles,
  nowMs: number,
): Pick<TlsMaterial, 'clientCaExpiresAtMs'> {
  if (clientCa === undefined) return {};
  const file = new CertificateFile(config, 'clientCaFile', clientCa, nowMs);
  if (!file.certificates.every(({ ca }) => ca)) {
    throw new TlsFileError(config, 'clientCaFile', 'holds a certificate that is no authority’s');
  }
  if (!file.certificates.some((certificate) => certificate.checkIssued(certificate))) {
    throw new TlsFileError(
      config,
      'clientCaFile',
      'holds no root, without which no client’s certificate can be verified',
    );
  }
  return { clientCaExpiresAtMs: file.expiresAtMs };
}

/** The certificates of one file, each of them readable and good at this moment. */
class CertificateFile {
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
  readonly expiresAtMs: number;

  constructor(
    private readonly config: TlsConfig,
    private readonly file: keyof TlsConfig,
    text: string,
    nowMs: number,
  ) {
    const blocks = text.match(CERTIFICATE) ?? [];
    if (blocks.length < (text.match(CERTIFICATE_BEGIN)?.length ?? 0)) {
      throw this.error('holds a certificate without an end');
    }
    const [first, ...others] = blocks.map((block) => this.parse(block));
    if (!first) throw this.error('holds no certificate in PEM');
    this.certificates = [first, ...others];
    for (const certificate of this.certificates) this.checkPeriod(certificate, nowMs);
    this.expiresAtMs = Math.min(...this.certificates.map(({ validTo }) => Date.parse(validTo)));
  }

  private parse(block: string): X509Certificate {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw this.error('holds a certificate that cannot be read', cause);
    }
  }

  private checkPeriod({ validFrom, validTo }: X509Certificate, nowMs: number): void {
    const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
    if (!(nowMs >= from)) throw this.error(`is not valid before ${validFrom}`);
    if (!(nowMs < until)) throw this.error(`has expired: it was valid until ${validTo}`);
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
function tryOut(config: TlsConfig, { files }: TlsMaterial): void {
  try {
    createSecureContext(secureContextOptions(files, 'lookups'));
  } catch (cause) {
    throw new TlsFileError(config, 'certFile', `cannot be used: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
