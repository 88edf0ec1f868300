import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const OPENSSL_TIMEOUT_MS = 20_000;
const DAYS = '2';

/**
 * A certificate with its key, in files and as text: signed by `signer`, else by itself. `names` are the DNS names and
 * addresses that it is good for.
 */
export function makeCertificate(folder, name, { names = [name], signer, authority = false } = {}) {
  mkdirSync(folder, { recursive: true });
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  const openssl = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  openssl.push('-noenc', '-days', DAYS, '-subj', `/CN=${name}`, '-keyout', keyFile);
  openssl.push('-out', certFile, '-addext', `subjectAltName=${names.map(alternative).join()}`);
  openssl.push('-addext', `basicConstraints=critical,CA:${authority ? 'TRUE' : 'FALSE'}`);
  if (signer) openssl.push('-CA', signer.certFile, '-CAkey', signer.keyFile);
  execFileSync('openssl', openssl, { timeout: OPENSSL_TIMEOUT_MS, stdio: 'pipe' });
  return {
    certFile,
    keyFile,
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
  };
}

function alternative(name) {
  return /^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`;
}
