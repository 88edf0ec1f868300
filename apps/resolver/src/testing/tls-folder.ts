import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsConfig } from '../tls/tls.settings';

const NAMES = { certFile: 'tls.crt', keyFile: 'tls.key', clientCaFile: 'clients.crt' } as const;

interface CertificatePair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A folder with the files that a resolver speaks TLS with. */
export class TlsFolder {
  private constructor(private readonly folder: string) {}

  static async create(pair: CertificatePair, clientCa?: string): Promise<TlsFolder> {
    const tls = new TlsFolder(await mkdtemp(join(tmpdir(), 'rollcall-tls-')));
    await tls.write('certFile', pair.certPem);
    await tls.write('keyFile', pair.keyPem);
    if (clientCa !== undefined) await tls.write('clientCaFile', clientCa);
    return tls;
  }

  path(file: keyof TlsConfig): string {
    return join(this.folder, NAMES[file]);
  }

  config({ clientCa = true } = {}): TlsConfig {
    return {
      certFile: this.path('certFile'),
      keyFile: this.path('keyFile'),
      ...(clientCa ? { clientCaFile: this.path('clientCaFile') } : {}),
    };
  }

  env({ clientCa = true } = {}): Record<string, string> {
    return {
      RESOLVER_TLS_CERT_FILE: this.path('certFile'),
      RESOLVER_TLS_KEY_FILE: this.path('keyFile'),
      ...(clientCa ? { RESOLVER_TLS_CLIENT_CA_FILE: this.path('clientCaFile') } : {}),
    };
  }

  /** Writes a file as tools that know what they do: nobody ever sees half of it. */
  async write(file: keyof TlsConfig, text: string): Promise<void> {
    const fresh = `${this.path(file)}.new`;
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, this.path(file));
  }

  async writePair({ certPem, keyPem }: CertificatePair): Promise<void> {
    await this.write('certFile', certPem);
    await this.write('keyFile', keyPem);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
