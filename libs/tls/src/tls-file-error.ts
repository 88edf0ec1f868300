import type { TlsConfig, TlsPaths } from './tls-config';

/** A file that TLS cannot be spoken with; its message names the setting, the file and the reason, and nothing of what the file holds. */
export class TlsFileError extends Error {
  readonly code = 'TLS_FILE_UNUSABLE';

  constructor(
    config: TlsConfig,
    readonly file: keyof TlsPaths,
    reason: string,
    options?: { cause?: unknown },
  ) {
    super(`${config.settings[file]}: ${config[file]} ${reason}`, options);
    this.name = 'TlsFileError';
  }
}
