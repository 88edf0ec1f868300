import { ConfigError, Setting, type Settings } from '@rollcall/config';
import type { TlsFileSettings, TlsPaths } from '@rollcall/tls';

/** Which setting names which file. */
export const TLS_FILE_SETTINGS = {
  certFile: 'RESOLVER_TLS_CERT_FILE',
  keyFile: 'RESOLVER_TLS_KEY_FILE',
  clientCaFile: 'RESOLVER_TLS_CLIENT_CA_FILE',
} as const satisfies TlsFileSettings;

/** TLS on the resolver's ports; undefined = plain HTTP. */
export class TlsSettings implements Settings<TlsPaths | undefined> {
  @Setting({
    about:
      'The certificate in PEM, with those between it and its root; with RESOLVER_TLS_KEY_FILE, the ports speak TLS. Read again when it changes',
  })
  RESOLVER_TLS_CERT_FILE?: string;

  @Setting({ about: 'Its private key in PEM, not encrypted' })
  RESOLVER_TLS_KEY_FILE?: string;

  @Setting({
    about:
      'Roots in PEM: set, clients of RESOLVER_PORT must show a certificate that one of them has signed; set RESOLVER_HOSTS_PORT, too',
  })
  RESOLVER_TLS_CLIENT_CA_FILE?: string;

  toConfig(): TlsPaths | undefined {
    const {
      RESOLVER_TLS_CERT_FILE: certFile,
      RESOLVER_TLS_KEY_FILE: keyFile,
      RESOLVER_TLS_CLIENT_CA_FILE: clientCaFile,
    } = this;
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
    if (certFile !== undefined) throw missing('RESOLVER_TLS_KEY_FILE', 'RESOLVER_TLS_CERT_FILE');
    if (keyFile !== undefined) throw missing('RESOLVER_TLS_CERT_FILE', 'RESOLVER_TLS_KEY_FILE');
    if (clientCaFile !== undefined) {
      throw missing('RESOLVER_TLS_CERT_FILE', 'RESOLVER_TLS_CLIENT_CA_FILE');
    }
    return undefined;
  }
}

function missing(setting: string, because: string): ConfigError {
  return new ConfigError([`${setting} must be set, too, where ${because} is`]);
}
