import { X509Certificate } from 'node:crypto';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { RawConnection, TestCa, TlsFolder, until } from '@rollcall/testing';

const HOOK = join(__dirname, '../../../tools/setup/typescript-hook.cjs');
const MAIN = join(__dirname, 'main.ts');

interface Line {
  readonly msg: string;
  readonly port?: number;
}

describe('the process of a resolver', () => {
  jest.setTimeout(30_000);
  let folder: TlsFolder;
  let child: ChildProcessByStdio<null, Readable, null>;
  let lines: Line[];

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await folder.remove();
  });

  /** Without a store: it answers all the same. */
  function start(): void {
    lines = [];
    child = spawn(process.execPath, ['--conditions=@rollcall/source', '--require', HOOK, MAIN], {
      env: {
        ...folder.env({ clientCa: false }),
        REDIS_URL: 'redis://127.0.0.1:1',
        RESOLVER_HOST: '127.0.0.1',
        RESOLVER_PORT: '0',
        METRICS_HOST: '127.0.0.1',
        METRICS_PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(child.stdout).on('line', (text) => lines.push(JSON.parse(text) as Line));
  }

  const line = (msg: string) => lines.find((candidate) => candidate.msg === msg);
  const untilSaid = (msg: string) => until(`it says "${msg}"`, () => line(msg), 20_000);

  it('outlives SIGHUP, at which it takes up new TLS files, and ends at SIGTERM', async () => {
    const ca = await TestCa.create();
    folder = await TlsFolder.create(await ca.server());
    start();
    await untilSaid('answering lookups');
    const fresh = await ca.server();
    await folder.writePair(fresh);
    child.kill('SIGHUP');
    await untilSaid('new TLS files are in use');
    const connection = await RawConnection.openTls(line('answering lookups')?.port ?? 0, {
      ca: ca.certPem,
    });
    expect(connection.tls?.getPeerCertificate().fingerprint256).toBe(
      new X509Certificate(fresh.certPem).fingerprint256,
    );
    connection.destroy();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
