import { ConfigError, Setting, type Settings } from '@rollcall/config';

/** The files that TLS is spoken with. */
export interface TlsConfig {
  /** The server's certificate, then those between it and its root. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Roots of the certificates that clients of the lookup port must show; undefined = none are asked for. */
  readonly clientCaFile?: string;
}

/** Which setting names which file: every message about a file begins with it. */
export const TLS_FILE_SETTINGS = {
  certFile: 'RESOLVER_TLS_CERT_FILE',
  keyFile: 'RESOLVER_TLS_KEY_FILE',
  clientCaFile: 'RESOLVER_TLS_CLIENT_CA_FILE',
} as const satisfies Record<keyof TlsConfig, string>;

/** TLS on the resolver's ports; undefined = plain HTTP. */
export class TlsSettings implements Settings<TlsConfig | undefined> {
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

  toConfig(): TlsConfig | undefined {
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
