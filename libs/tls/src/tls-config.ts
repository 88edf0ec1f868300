/** The files that TLS is spoken with. */
export interface TlsPaths {
  /** The server's certificate, then those between it and its root. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Roots of the certificates that clients show; undefined = none are asked for. */
  readonly clientCaFile?: string;
}

/** Which setting names which file: every message about a file begins with it. */
export type TlsFileSettings = Readonly<Record<keyof TlsPaths, string>>;

/** The files with the settings that name them. */
export interface TlsConfig extends TlsPaths {
  readonly settings: TlsFileSettings;
}
