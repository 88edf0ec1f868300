import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { TestCa, TlsFolder, type CertificatePair } from '@rollcall/testing';
import { SETTINGS } from './testing/file-settings';
import { FILE_BYTES_MAX, readTlsFiles } from './tls-files';
import { checkTlsFiles, warnOfIdle, type TlsMaterial } from './tls-material';
import type { TlsPaths } from './tls-config';

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
    const config = { ...folder.config(), settings: SETTINGS };
    return checkTlsFiles(config, await readTlsFiles(config), nowMs);
  }

  async function expectRefusal(file: keyof TlsPaths, text: string, reason: RegExp): Promise<void> {
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
    ['certFile', /^APP_TLS_CERT_FILE: /],
    ['clientCaFile', /^APP_TLS_CLIENT_CA_FILE: /],
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
    await expectRefusal('keyFile', keyPem, /^APP_TLS_KEY_FILE: .* does not belong to/);
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
    for (const valid of ['past', 'future'] as const) {
      await folder.writePair(await ca.server(['localhost'], { valid }));
      await expect(check()).rejects.toMatchObject({ file: 'certFile' });
    }
  });

  it('are taken although another certificate of the chain is not good now, and say so', async () => {
    const expired = await ca.authority({ valid: 'past' });
    const { certPem, keyPem } = await expired.server();
    await folder.writePair({ certPem: `${certPem}${expired.certPem}${ca.certPem}`, keyPem });
    const { validTo } = new X509Certificate(expired.certPem);
    const { idle, expiresAtMs } = await check();
    expect(idle).toEqual([
      `APP_TLS_CERT_FILE: ${folder.path('certFile')} holds a certificate (no. 2) that has expired: it was valid until ${validTo}`,
    ]);
    expect(expiresAtMs).toBeGreaterThan(Date.now());
  });

  it('are taken while one root of the clients is good, and name the others', async () => {
    const past = await TestCa.create({ valid: 'past' });
    const future = await TestCa.create({ valid: 'future' });
    const below = await ca.authority({ valid: 'past' });
    const certificates = [past, ca, future, below].map(({ certPem }) => certPem);
    await folder.write('clientCaFile', certificates.join(''));
    const material = await check();
    expect(material.idle).toEqual([
      expect.stringMatching(/^APP_TLS_CLIENT_CA_FILE: .* \(no\. 1\) that has expired: /),
      expect.stringMatching(/^APP_TLS_CLIENT_CA_FILE: .* \(no\. 3\) that is not valid before /),
      expect.stringMatching(/^APP_TLS_CLIENT_CA_FILE: .* \(no\. 4\) that has expired: /),
    ]);
    expect(material.clientCaExpiresAtMs).toBe(Date.parse(new X509Certificate(ca.certPem).validTo));
    const warn = jest.fn();
    warnOfIdle(material, { warn });
    expect(warn.mock.calls).toEqual([[expect.stringContaining(material.idle.join('; '))]]);
  });

  it('have nothing to warn of when all are good', async () => {
    const warn = jest.fn();
    warnOfIdle(await check(), { warn });
    expect(warn).not.toHaveBeenCalled();
  });

  it('are refused when no root of the clients is good now', async () => {
    const past = await TestCa.create({ valid: 'past' });
    const future = await TestCa.create({ valid: 'future' });
    const below = await ca.authority();
    await expectRefusal('clientCaFile', `${past.certPem}${below.certPem}`, /has expired/);
    await expectRefusal('clientCaFile', future.certPem, /is not valid before/);
    const gateway = await TestCa.selfSigned({ valid: 'past' });
    await expectRefusal('clientCaFile', gateway.certPem, /has expired/);
  });

  it('are taken when the roots of the clients are gateways’ own certificates', async () => {
    const gateways = [await TestCa.selfSigned(), await TestCa.selfSigned({ keyType: 'RSA' })];
    await folder.write('clientCaFile', gateways.map(({ certPem }) => certPem).join(''));
    expect(await check()).toMatchObject({ idle: [] });
    await folder.write('clientCaFile', `${ca.certPem}${gateways[0]?.certPem}`);
    await check();
  });

  it('are refused when they would admit no client', async () => {
    await expectRefusal('clientCaFile', pair.certPem, /neither an authority’s nor self-signed$/);
    const below = await ca.authority();
    await expectRefusal('clientCaFile', below.certPem, /holds no root/);
    await folder.write('clientCaFile', `${below.certPem}${ca.certPem}`);
    await check();
  });

  it('are refused with OpenSSL’s reason when it has one', async () => {
    await folder.writePair(await ca.server(['localhost'], { keyType: 'RSA-512' }));
    await expect(check()).rejects.toThrow(/^APP_TLS_CERT_FILE: .* cannot be used: .*too small/);
  });
});
