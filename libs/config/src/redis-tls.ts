import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisTls } from './redis-config';

/** What is set of TLS to the store. */
export interface RedisTlsSettings {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the files; what is wrong with them goes into `problems`, without anything that stands in them. */
export function readRedisTls(
  { caFile, certFile, keyFile }: RedisTlsSettings,
  problems: string[],
): RedisTls {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    problems.push('REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE must be set together');
  }
  const read = (
    setting: string,
    file: string | undefined,
    check: (pem: string) => string | void,
  ) => {
    if (file === undefined) return undefined;
    try {
      const pem = readFileSync(file, 'utf8');
      const problem = check(pem);
      if (problem) problems.push(`${setting}: ${file} ${problem}`);
      return pem;
    } catch (error) {
      problems.push(`${setting}: ${file} cannot be read (${codeOf(error)})`);
      return undefined;
    }
  };
  const ca = read('REDIS_TLS_CA_FILE', caFile, certificateProblem);
  const cert = read('REDIS_TLS_CERT_FILE', certFile, certificateProblem);
  const key = read('REDIS_TLS_KEY_FILE', keyFile, (pem) => {
    const problem = keyProblem(pem);
    if (problem !== undefined || cert === undefined || certificateProblem(cert)) return problem;
    const isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(pem));
    return isPair ? undefined : `does not belong to the certificate in ${certFile}`;
  });
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function certificateProblem(pem: string): string | undefined {
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return 'holds no certificate in PEM';
  return certificates.every(isCertificate) ? undefined : 'holds a certificate that cannot be read';
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

function keyProblem(pem: string): string | undefined {
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return 'holds no private key in PEM that can be read without a password';
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? error);
}
