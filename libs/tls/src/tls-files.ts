import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { TlsFileError } from './tls-file-error';
import type { TlsConfig, TlsPaths } from './tls-config';

/** What the files hold, not looked at yet. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** A hundred times a usual chain. */
export const FILE_BYTES_MAX = 256 * 1024;

/** Reads the files. @throws TlsFileError when one cannot be read, or is no file of a sensible size. */
export async function readTlsFiles(config: TlsConfig): Promise<TlsFiles> {
  const [cert, key, clientCa] = await Promise.all([
    readFile(config, 'certFile', config.certFile),
    readFile(config, 'keyFile', config.keyFile),
    config.clientCaFile && readFile(config, 'clientCaFile', config.clientCaFile),
  ]);
  return clientCa === undefined ? { cert, key } : { cert, key, clientCa };
}

export function isSameFiles(one: TlsFiles, other: TlsFiles): boolean {
  return one.cert === other.cert && one.key === other.key && one.clientCa === other.clientCa;
}

async function readFile(config: TlsConfig, file: keyof TlsPaths, path: string): Promise<string> {
  try {
    // Before it is opened: opening a pipe waits for its writer.
    if (!(await stat(path)).isFile()) throw new TlsFileError(config, file, 'is no regular file');
    const bytes = await buffer(createReadStream(path, { end: FILE_BYTES_MAX }));
    if (bytes.length <= FILE_BYTES_MAX) return bytes.toString();
    throw new TlsFileError(config, file, `is larger than ${FILE_BYTES_MAX / 1024} KiB`);
  } catch (cause) {
    if (cause instanceof TlsFileError) throw cause;
    throw new TlsFileError(config, file, `cannot be read (${codeOf(cause)})`, { cause });
  }
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : String(cause);
}
