import { isIP } from 'node:net';
import { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

/** A certificate with its private key, as files hold them. */
export interface CertificatePair {
  readonly certPem: string;
  /** PKCS #8, not encrypted. */
  readonly keyPem: string;
}

/** What a certificate is to be. */
export interface CertificateWishes {
  readonly commonName?: string;
  /** When it is good: from yesterday until tomorrow, or for a day that is past or still to come. */
  readonly valid?: 'now' | 'past' | 'future';
  /** RSA keys take a while to make; OpenSSL finds those of 512 bits too small. */
  readonly keyType?: 'EC' | 'RSA' | 'RSA-512';
}

const LOCAL_NAMES = ['localhost', '127.0.0.1'];

const DAY_MS = 24 * 60 * 60 * 1000;

const PERIODS_IN_DAYS = { now: [-1, 1], past: [-2, -1], future: [1, 2] } as const;

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

const KEY_TYPES = {
  EC: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA,
  'RSA-512': { ...RSA, modulusLength: 512 },
};

/** An authority for tests, made at run time: nothing that it signs is good anywhere else. */
export class TestCa {
  private constructor(
    private readonly x509: typeof X509,
    private readonly certificate: X509.X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async create({
    commonName = 'Test CA',
    valid = 'now',
    keyType = 'EC',
  }: CertificateWishes = {}): Promise<TestCa> {
    const x509 = await loadX509();
    const keys = await newKeys(keyType);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      ...validity(valid),
      signingAlgorithm: KEY_TYPES[keyType],
      keys,
      extensions: authorityExtensions(x509),
    });
    return new TestCa(x509, certificate, keys);
  }

  /** A gateway's certificate that vouches for itself, and is no authority's. */
  static async selfSigned({
    commonName = 'gateway',
    valid = 'now',
    keyType = 'EC',
  }: CertificateWishes = {}): Promise<CertificatePair> {
    const x509 = await loadX509();
    const keys = await newKeys(keyType);
    const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [commonName] }],
      ...validity(valid),
      signingAlgorithm: KEY_TYPES[keyType],
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      ],
    });
    return pairOf(certificate, keys);
  }

  get certPem(): string {
    return pem(this.certificate);
  }

  /** Another authority, which this one vouches for. */
  async authority(wishes: CertificateWishes = {}): Promise<TestCa> {
    const extensions = authorityExtensions(this.x509);
    const named = { commonName: 'Test CA below', ...wishes };
    const { certificate, keys } = await this.sign(named, extensions);
    return new TestCa(this.x509, certificate, keys);
  }

  /** A server's certificate for these names and addresses. */
  server(
    names: readonly string[] = LOCAL_NAMES,
    wishes: CertificateWishes = {},
  ): Promise<CertificatePair> {
    return this.issueFor(names, [this.x509.ExtendedKeyUsage.serverAuth], wishes);
  }

  /** A server's certificate that is good for a client as well: the nodes of a Redis Cluster show it to each other. */
  peer(names: readonly string[] = LOCAL_NAMES): Promise<CertificatePair> {
    const { serverAuth, clientAuth } = this.x509.ExtendedKeyUsage;
    return this.issueFor(names, [serverAuth, clientAuth]);
  }
  /** A client's certificate, as a gateway shows one. */
  client(wishes: CertificateWishes = {}): Promise<CertificatePair> {
    const { ExtendedKeyUsage, ExtendedKeyUsageExtension } = this.x509;
    return this.issue({ commonName: 'gateway', ...wishes }, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]);
  }

  private issueFor(
    names: readonly string[],
    usages: X509.ExtendedKeyUsageType[],
    wishes: CertificateWishes = {},
  ): Promise<CertificatePair> {
    const { ExtendedKeyUsageExtension, SubjectAlternativeNameExtension } = this.x509;
    const alternatives = names.map((value): X509.JsonGeneralName =>
      isIP(value) === 0 ? { type: 'dns', value } : { type: 'ip', value },
    );
    return this.issue({ commonName: names[0], ...wishes }, [
      new ExtendedKeyUsageExtension(usages),
      new SubjectAlternativeNameExtension(alternatives),
    ]);
  }

  private async issue(
    wishes: CertificateWishes,
    extensions: X509.Extension[],
  ): Promise<CertificatePair> {
    const noAuthority = new this.x509.BasicConstraintsExtension(false, undefined, true);
    const { certificate, keys } = await this.sign(wishes, [noAuthority, ...extensions]);
    return pairOf(certificate, keys);
  }

  private async sign(
    { commonName = 'test', valid = 'now', keyType = 'EC' }: CertificateWishes,
    extensions: X509.Extension[],
  ): Promise<{ certificate: X509.X509Certificate; keys: webcrypto.CryptoKeyPair }> {
    const keys = await newKeys(keyType);
    const certificate = await this.x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [commonName] }],
      issuer: this.certificate.subject,
      ...validity(valid),
      signingKey: this.keys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: { ...this.keys.privateKey.algorithm, hash: 'SHA-256' },
      extensions,
    });
    return { certificate, keys };
  }
}

/** Loaded when the first certificate is made: most tests that import this library make none. */
async function loadX509(): Promise<typeof X509> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

function authorityExtensions(x509: typeof X509): X509.Extension[] {
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
  ];
}

function newKeys(keyType: keyof typeof KEY_TYPES): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_TYPES[keyType], true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

function validity(valid: keyof typeof PERIODS_IN_DAYS): { notBefore: Date; notAfter: Date } {
  const [from, until] = PERIODS_IN_DAYS[valid];
  return { notBefore: daysFromNow(from), notAfter: daysFromNow(until) };
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return `01${Buffer.from(bytes).toString('hex')}`;
}

async function pairOf(
  certificate: X509.X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<CertificatePair> {
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return { certPem: pem(certificate), keyPem: pemBlock('PRIVATE KEY', key) };
}

function pem(certificate: X509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

function pemBlock(label: string, bytes: ArrayBuffer): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
