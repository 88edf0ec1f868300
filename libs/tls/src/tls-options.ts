import type { ServerOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { TlsFiles } from './tls-files';

/** What a port asks of its clients: a certificate of one of the roots, one if they have it, or none. Without roots none is asked for. */
export type ClientCertificates = 'required' | 'optional' | 'none';

/** What a Connection Gateway offers by default: TLS 1.2 with these, and TLS 1.3. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

/** A handshake is two exchanges. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** All that depends on the files or must not be forgotten with them: a server that is given new ones forgets the rest. */
export function secureContextOptions(
  files: TlsFiles,
  clients: ClientCertificates,
): SecureContextOptions {
  return {
    cert: files.cert,
    key: files.key,
    ca: clients === 'none' ? undefined : files.clientCa,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
  };
}

/** What a server is made with. */
export function serverOptions(files: TlsFiles, clients: ClientCertificates): ServerOptions {
  const asksForCertificate = clients !== 'none' && files.clientCa !== undefined;
  return {
    ...secureContextOptions(files, clients),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    requestCert: asksForCertificate,
    rejectUnauthorized: asksForCertificate && clients === 'required',
  };
}
