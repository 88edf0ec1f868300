import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { TestCa, type CertificatePair } from '@rollcall/testing';
import { TlsFolder } from '../testing/tls-folder';
import { FILE_BYTES_MAX, readTlsFiles } from './tls-files';
import { checkTlsFiles, type TlsMaterial } from './tls-material';
import type { TlsConfig } from './tls.settings';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the TLS files', () => {
  let ca: TestCa;
  let pair: CertificatePair;
  let folder: TlsFolder;

  beforeAll(async () => {
    ca = await TestCa.create();
    pair = await ca.server();
  });

  beforeEach(async () => {
    folder = await TlsFolder.create(pair, ca.certPem);
  });

  afterEach(() => folder.remove());

  async function check(nowMs = Date.now()): Promise<TlsMaterial> {
    const config = folder.config();
    return checkTlsFiles(config, await readTlsFiles(config), nowMs);
  }

  async function expectRefusal(file: keyof TlsConfig, text: string, reason: RegExp): Promise<void> {
    await folder.write(file, text);
    await expect(check()).rejects.toMatchObject({ code: 'TLS_FILE_UNUSABLE', file });
    await expect(check()).rejects.toThrow(reason);
    await expect(check()).rejects.toThrow(folder.path(file));
  }

  it('are taken when they are good, with what comes before the certificates and between them', async () => {
    const other = await TestCa.create({ commonName: 'Another CA' });
    await folder.write('certFile', `subject: x\n${pair.certPem}\nissuer: y\n${ca.certPem}`);
    await folder.write('clientCaFile', `${ca.certPem}${other.certPem}`.replace(/\n/g, '\r\n'));
    const certificate = new X509Certificate(pair.certPem);
    const until = [certificate, new X509Certificate(ca.certPem)].map(({ validTo }) =>
      Date.parse(validTo),
    );
    expect(await check()).toMatchObject({
      fingerprint: certificate.fingerprint256,
      expiresAtMs: Math.min(...until),
      clientCaExpiresAtMs: until[1],
    });
  });

  it('are taken with RSA keys, too', async () => {
    await folder.writePair(await ca.server(['localhost'], { keyType: 'RSA' }));
    await check();
  });

  it.each(['certFile', 'keyFile', 'clientCaFile'] as const)(
    'are refused when there is no %s',
    async (file) => {
      await rm(folder.path(file));
      await expect(check()).rejects.toThrow(`${folder.path(file)} cannot be read (ENOENT)`);
      await mkdir(folder.path(file));
      await expect(check()).rejects.toThrow(`${folder.path(file)} is no regular file`);
    },
  );

  it.each(['certFile', 'keyFile', 'clientCaFile'] as const)(
    'are refused when one is empty, garbage or too large: %s',
    async (file) => {
      await expectRefusal(file, '', /holds no (certificate|private key) in PEM$/);
      await expectRefusal(file, 'garbage\n', /holds no (certificate|private key) in PEM$/);
      await expectRefusal(file, 'x'.repeat(FILE_BYTES_MAX + 1), /is larger than 256 KiB$/);
    },
  );

  it.each([
    ['certFile', /^RESOLVER_TLS_CERT_FILE: /],
    ['clientCaFile', /^RESOLVER_TLS_CLIENT_CA_FILE: /],
  ] as const)('are refused when a certificate is damaged: %s', async (file, setting) => {
    const { certPem } = file === 'certFile' ? pair : ca;
    const damaged = certPem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    await expectRefusal(file, damaged, /holds a certificate that cannot be read$/);
    await expectRefusal(file, `${certPem}${damaged}`, setting);
    await expectRefusal(file, certPem.slice(0, 200), /holds a certificate without an end$/);
    await expectRefusal(file, `${certPem}${certPem.slice(0, 200)}`, /without an end$/);
  });

  it('are refused when the key is that of another certificate', async () => {
    const { keyPem } = await ca.server();
    await expectRefusal('keyFile', keyPem, /^RESOLVER_TLS_KEY_FILE: .* does not belong to/);
  });

  it('are refused when the key is encrypted', async () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    });
    await expectRefusal('keyFile', privateKey, /is encrypted$/);
  });

  it('are refused when the certificate is not good now', async () => {
    const { validFrom, validTo } = new X509Certificate(pair.certPem);
    await expect(check(Date.now() + 3 * DAY_MS)).rejects.toThrow(
      `has expired: it was valid until ${validTo}`,
    );
    await expect(check(Date.now() - 3 * DAY_MS)).rejects.toThrow(
      `is not valid before ${validFrom}`,
    );
    const expired = await ca.server(['localhost'], { valid: 'past' });
    await expectRefusal('certFile', `${pair.certPem}${expired.certPem}`, /has expired/);
  });

  it('are refused when a root of the clients is not good now', async () => {
    const past = await TestCa.create({ valid: 'past' });
    const future = await TestCa.create({ valid: 'future' });
    await expectRefusal('clientCaFile', `${ca.certPem}${past.certPem}`, /has expired/);
    await expectRefusal('clientCaFile', future.certPem, /is not valid before/);
  });

  it('are refused when they would admit no client', async () => {
    await expectRefusal('clientCaFile', pair.certPem, /a certificate that is no authority’s$/);
    const below = await ca.authority();
    await expectRefusal('clientCaFile', below.certPem, /holds no root/);
    await folder.write('clientCaFile', `${below.certPem}${ca.certPem}`);
    await check();
  });

  it('are refused with OpenSSL’s reason when it has one', async () => {
    await folder.writePair(await ca.server(['localhost'], { keyType: 'RSA-512' }));
    await expect(check()).rejects.toThrow(
      /^RESOLVER_TLS_CERT_FILE: .* cannot be used: .*too small/,
    );
  });
});
