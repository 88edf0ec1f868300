import { X509Certificate } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@rollcall/observability';
import { TestCa, TlsFolder, type CertificatePair } from '@rollcall/testing';
import { SETTINGS } from './testing/file-settings';
import { readTlsFiles, type TlsFiles } from './tls-files';
import { checkTlsFiles, type TlsMaterial } from './tls-material';
import { TlsReload, type TlsReloadOptions } from './tls-reload';
import type { TlsConfig, TlsPaths } from './tls-config';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the reloading of TLS files', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ app: 'any', level: 'info' }, destination);
  const apply = jest.fn<void, [TlsMaterial]>();
  const reloaded = jest.fn<void, [string]>();
  let ca: TestCa;
  let old: CertificatePair;
  let fresh: CertificatePair;
  let folder: TlsFolder;
  let nowMs: number;
  let reload: TlsReload;

  beforeAll(async () => {
    ca = await TestCa.create();
    old = await ca.server();
    fresh = await ca.server();
  });

  beforeEach(async () => {
    lines.length = 0;
    apply.mockReset();
    reloaded.mockReset();
    nowMs = Date.now();
    folder = await TlsFolder.create(old, ca.certPem);
    reload = await reloadOf(folder.config());
  });

  afterEach(async () => {
    reload.stop();
    await folder.remove();
  });

  async function reloadOf(paths: TlsPaths, read?: TlsReloadOptions['read']): Promise<TlsReload> {
    const config: TlsConfig = { ...paths, settings: SETTINGS };
    const initial = checkTlsFiles(config, await readTlsFiles(config), nowMs);
    return new TlsReload({ config, initial, apply, reloaded, logger, nowMs: () => nowMs, read });
  }

  /** What is new has to be seen twice. */
  async function lookTwice(): Promise<void> {
    await reload.look();
    await reload.look();
  }

  const messages = () => lines.map(({ level, msg }) => `${String(level)}: ${String(msg)}`);

  function expectInUse({ certPem }: CertificatePair): void {
    const { fingerprint256 } = new X509Certificate(certPem);
    expect(reload.material.fingerprint).toBe(fingerprint256);
  }

  it('does nothing while the files stay the same', async () => {
    await reload.look();
    await folder.writePair(old);
    await reload.look();
    expect(apply).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it('gives a new pair to the servers, once', async () => {
    await folder.writePair(fresh);
    await lookTwice();
    await reload.look();
    expectInUse(fresh);
    expect(apply.mock.calls).toEqual([[reload.material]]);
    expect(reloaded.mock.calls).toEqual([['loaded']]);
    expect(messages()).toEqual(['info: new TLS files are in use']);
  });

  it('takes up new roots of the clients alone', async () => {
    const other = await TestCa.create();
    await folder.write('clientCaFile', other.certPem);
    await lookTwice();
    expect(apply).toHaveBeenCalledTimes(1);
    expect(reload.material.files.clientCa).toBe(other.certPem);
  });

  it('waits for the rest of a file that is good as far as it is written', async () => {
    const [retired, added] = [await TestCa.create(), await TestCa.create()];
    const whole = `${retired.certPem}${ca.certPem}${added.certPem}`;
    for (const length of [1, 2]) {
      await folder.write(
        'clientCaFile',
        whole
          .split(/(?<=END CERTIFICATE-----\n)/)
          .slice(0, length)
          .join(''),
      );
      await reload.look();
      expect(apply).not.toHaveBeenCalled();
    }
    await folder.write('clientCaFile', whole);
    await reload.look();
    expect(apply).not.toHaveBeenCalled();
    await reload.look();
    expect(apply).toHaveBeenCalledTimes(1);
    expect(reload.material.files.clientCa).toBe(whole);
  });

  it('takes up at once what an operator asks for', async () => {
    await folder.writePair(fresh);
    await reload.lookNow();
    expectInUse(fresh);
  });

  it('warns of what has expired in new files that do all the same', async () => {
    const retired = await TestCa.create({ valid: 'past' });
    await folder.write('clientCaFile', `${retired.certPem}${ca.certPem}`);
    await lookTwice();
    await reload.look();
    expect(messages()).toEqual([
      'info: new TLS files are in use',
      expect.stringMatching(/^warn: certificates that are not good now: .* has expired/),
    ]);
  });

  it.each([
    ['certFile', 'certPem', 'keyFile', 'keyPem'],
    ['keyFile', 'keyPem', 'certFile', 'certPem'],
  ] as const)(
    'waits without a word for the other half of a pair whose %s is there first',
    async (firstFile, first, secondFile, second) => {
      await folder.write(firstFile, fresh[first]);
      await reload.look();
      expectInUse(old);
      await folder.write(secondFile, fresh[second]);
      await lookTwice();
      expectInUse(fresh);
      expect(messages()).toEqual(['info: new TLS files are in use']);
      expect(reloaded.mock.calls).toEqual([['loaded']]);
    },
  );

  it('tells once of files that do not do, keeps the old ones, and takes up what follows', async () => {
    await folder.write('certFile', fresh.certPem);
    for (let looks = 0; looks < 5; looks++) await reload.look();
    expectInUse(old);
    expect(apply).not.toHaveBeenCalled();
    expect(reloaded.mock.calls).toEqual([['failed']]);
    expect(messages()).toEqual([
      expect.stringMatching(
        /^error: new TLS files are not taken up, the old ones stay in use: APP_TLS_KEY_FILE: /,
      ),
    ]);
    await folder.write('keyFile', fresh.keyPem);
    await lookTwice();
    expectInUse(fresh);
    await folder.write('keyFile', old.keyPem);
    await lookTwice();
    expect(reloaded.mock.calls).toEqual([['failed'], ['loaded'], ['failed']]);
  });

  it('tells of another fault of the same files, too', async () => {
    await folder.write('certFile', 'garbage');
    for (let looks = 0; looks < 3; looks++) await reload.look();
    await folder.write('certFile', fresh.certPem);
    for (let looks = 0; looks < 3; looks++) await reload.look();
    expect(messages()).toEqual([
      expect.stringMatching(/holds no certificate in PEM$/),
      expect.stringMatching(/does not belong to the certificate/),
    ]);
  });

  it.each<[string, keyof TlsPaths, () => Promise<string> | string, RegExp]>([
    ['a broken certificate', 'certFile', () => 'x', /APP_TLS_CERT_FILE: .* no certificate/],
    [
      'an expired certificate',
      'certFile',
      async () => (await ca.server(['localhost'], { valid: 'past' })).certPem,
      /APP_TLS_CERT_FILE: .* has expired/,
    ],
    ['another key', 'keyFile', () => fresh.keyPem, /APP_TLS_KEY_FILE: .* does not belong/],
    ['garbage roots', 'clientCaFile', () => 'x', /APP_TLS_CLIENT_CA_FILE: .* no certificate/],
  ])(
    'keeps the old files for %s, and tells at once who asked',
    async (_case, file, text, reason) => {
      await folder.write(file, await text());
      await reload.lookNow();
      await reload.look();
      expect(messages()).toEqual([expect.stringMatching(reason)]);
      await reload.lookNow();
      expect(messages()).toHaveLength(2);
      expectInUse(old);
      expect(apply).not.toHaveBeenCalled();
      expect(reloaded.mock.calls).toEqual([['failed'], ['failed']]);
    },
  );

  it('tells who asked that there is nothing new', async () => {
    await reload.lookNow();
    expect(messages()).toEqual(['info: the TLS files are those in use']);
  });

  it('takes up a certificate that was there before its time when the time has come', async () => {
    await folder.writePair(await ca.server(['localhost'], { valid: 'future' }));
    for (let looks = 0; looks < 3; looks++) await reload.look();
    expect(reloaded.mock.calls).toEqual([['failed']]);
    await folder.write('clientCaFile', (await TestCa.create({ valid: 'future' })).certPem);
    for (let looks = 0; looks < 3; looks++) await reload.look();
    nowMs += 1.5 * DAY_MS;
    await reload.look();
    expect(reloaded.mock.calls).toEqual([['failed'], ['loaded']]);
  });

  it('tells once of a file that cannot be read', async () => {
    await rm(folder.path('keyFile'));
    await reload.look();
    expect(lines).toEqual([]);
    for (let looks = 0; looks < 3; looks++) await reload.look();
    expect(messages()).toEqual([expect.stringMatching(/tls\.key cannot be read \(ENOENT\)$/)]);
  });

  it('sees a folder exchanged by a symbolic link, as Kubernetes does', async () => {
    const mounted = join(folder.path('certFile'), '..', 'mounted');
    const generation = async (name: string, { certPem, keyPem }: CertificatePair) => {
      await mkdir(join(mounted, name), { recursive: true });
      await writeFile(join(mounted, name, 'tls.crt'), certPem);
      await writeFile(join(mounted, name, 'tls.key'), keyPem);
      await symlink(name, join(mounted, '..data_tmp'));
      await rename(join(mounted, '..data_tmp'), join(mounted, '..data'));
    };
    await generation('..one', old);
    await symlink('..data/tls.crt', join(mounted, 'tls.crt'));
    await symlink('..data/tls.key', join(mounted, 'tls.key'));
    reload = await reloadOf({
      certFile: join(mounted, 'tls.crt'),
      keyFile: join(mounted, 'tls.key'),
    });
    await generation('..two', fresh);
    await lookTwice();
    expectInUse(fresh);
  });

  it('warns once a day of a certificate in use that has expired, and keeps it', async () => {
    const warnings = () => messages().filter((line) => line.startsWith('warn'));
    nowMs += 2 * DAY_MS;
    await reload.look();
    await reload.look();
    expect(warnings()).toEqual([
      'warn: a certificate in use has expired: APP_TLS_CERT_FILE: clients may refuse it; APP_TLS_CLIENT_CA_FILE: clients with certificates of it are refused',
    ]);
    nowMs += DAY_MS;
    await reload.look();
    expect(warnings()).toHaveLength(2);
    expectInUse(old);
  });

  it('looks by itself until it is stopped', async () => {
    await folder.writePair(fresh);
    const taken = new Promise<void>((resolve) => apply.mockImplementation(() => resolve()));
    reload.start(1);
    await taken;
    reload.stop();
    await folder.writePair(old);
    await reload.lookNow();
    expect(apply).toHaveBeenCalledTimes(1);
  });

  it('is not kept from stopping by a disk that hangs, whatever that reads in the end', async () => {
    let answer!: (files: TlsFiles) => void;
    const hanging = () => new Promise<TlsFiles>((resolve) => (answer = resolve));
    reload = await reloadOf(folder.config(), hanging);
    const look = reload.lookNow();
    await new Promise(setImmediate);
    reload.stop();
    await folder.writePair(fresh);
    answer(await readTlsFiles({ ...folder.config(), settings: SETTINGS }));
    await look;
    expect(apply).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });
});
