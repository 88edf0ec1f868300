import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificatePair } from './test-ca';

const NAMES = { certFile: 'tls.crt', keyFile: 'tls.key', clientCaFile: 'clients.crt' } as const;

type TlsFile = keyof typeof NAMES;

/** A folder with the files that a server speaks TLS with. */
export class TlsFolder {
  private constructor(private readonly folder: string) {}

  static async create(pair: CertificatePair, clientCa?: string): Promise<TlsFolder> {
    const tls = new TlsFolder(await mkdtemp(join(tmpdir(), 'rollcall-tls-')));
    await tls.write('certFile', pair.certPem);
    await tls.write('keyFile', pair.keyPem);
    if (clientCa !== undefined) await tls.write('clientCaFile', clientCa);
    return tls;
  }

  path(file: TlsFile): string {
    return join(this.folder, NAMES[file]);
  }

  config({ clientCa = true } = {}): { certFile: string; keyFile: string; clientCaFile?: string } {
    return {
      certFile: this.path('certFile'),
      keyFile: this.path('keyFile'),
      ...(clientCa ? { clientCaFile: this.path('clientCaFile') } : {}),
    };
  }

  /** The settings that name the files, which begin with the app's prefix. */
  env({ clientCa = true, prefix = 'RESOLVER' } = {}): Record<string, string> {
    return {
      [`${prefix}_TLS_CERT_FILE`]: this.path('certFile'),
      [`${prefix}_TLS_KEY_FILE`]: this.path('keyFile'),
      ...(clientCa ? { [`${prefix}_TLS_CLIENT_CA_FILE`]: this.path('clientCaFile') } : {}),
    };
  }

  /** Writes a file as tools that know what they do: nobody ever sees half of it. */
  async write(file: TlsFile, text: string): Promise<void> {
    const fresh = `${this.path(file)}.new`;
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, this.path(file));
  }

  async writePair({ certPem, keyPem }: CertificatePair): Promise<void> {
    await this.write('certFile', certPem);
    await this.write('keyFile', keyPem);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
