import { createPrivateKey, X509Certificate } from 'node:crypto';
import { TestCa } from './test-ca';

describe('a test’s authority', () => {
  it.each(['EC', 'RSA'] as const)(
    'signs certificates whose keys fit, with %s keys',
    async (keyType) => {
      const ca = await TestCa.create({ keyType });
      const pair = await ca.server(['resolver.test', '127.0.0.1', '::1'], { keyType });
      const authority = new X509Certificate(ca.certPem);
      const certificate = new X509Certificate(pair.certPem);
      expect(authority.ca).toBe(true);
      expect(certificate.checkIssued(authority)).toBe(true);
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(pair.keyPem))).toBe(true);
      expect(certificate.checkHost('resolver.test')).toBe('resolver.test');
      expect(certificate.checkIP('::1')).toBe('::1');
      expect(certificate.checkHost('other.test')).toBeUndefined();
    },
  );

  it.each([
    ['now', true, true],
    ['past', true, false],
    ['future', false, true],
  ] as const)('gives a client a certificate that is good %s', async (valid, begun, unended) => {
    const { certPem } = await (await TestCa.create()).client({ valid });
    const { validFrom, validTo } = new X509Certificate(certPem);
    expect(Date.parse(validFrom) < Date.now()).toBe(begun);
    expect(Date.parse(validTo) > Date.now()).toBe(unended);
  });
});
