import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerId } from '@rollcall/domain';
import { TestCa, type CertificatePair } from '@rollcall/testing';
import { mintServerToken } from '@rollcall/tokens';
import { RecordedLog } from '../testing/recorded-log';
import { TempDir } from '../testing/temp-dir';
import { CA_FILE, CERT_FILE, IdentityFiles, KEY_FILE, TOKEN_FILE } from './identity-files';

const tokenOf = (server = 'gpu-1') => mintServerToken(server as ServerId).token;

describe('the files of an identity', () => {
  let log: RecordedLog;
  let state: TempDir;
  let ca: TestCa;
  let pair: CertificatePair;
  let nowMs: number;

  beforeAll(async () => {
    ca = await TestCa.create();
    pair = await ca.client({ commonName: 'gpu-2' });
  });

  beforeEach(() => {
    log = RecordedLog.install();
    state = new TempDir();
    nowMs = 0;
  });

  afterEach(() => state.remove());

  const write = (name: string, text: string, mode = 0o600) => {
    rmSync(state.file(name), { force: true });
    writeFileSync(state.file(name), text, { mode });
    return state.file(name);
  };
  const writePair = ({ certPem, keyPem }: CertificatePair) => {
    write(CERT_FILE, certPem, 0o644);
    write(KEY_FILE, keyPem);
  };
  const open = (paths = {}) => IdentityFiles.open(state.path, paths, () => nowMs);
  const lookAgain = (files: IdentityFiles) => {
    nowMs += 2_000;
    return files.current();
  };

  it('are a token in the state directory, which says which server this is', () => {
    const token = tokenOf();
    write(TOKEN_FILE, `${token}\n`);
    const files = open();
    expect(files.server).toBe('gpu-1');
    expect(files.current()).toEqual({ server: 'gpu-1', authorization: `Bearer ${token}` });
  });

  it('are a certificate and its key there, which come before a token', () => {
    write(TOKEN_FILE, tokenOf());
    writePair(pair);
    expect(open().current()).toEqual({ server: 'gpu-2', cert: pair.certPem, key: pair.keyPem });
  });

  it('come with the roots of the door, if they are there', () => {
    write(TOKEN_FILE, tokenOf());
    write(CA_FILE, ca.certPem, 0o644);
    expect(open().current()).toMatchObject({ ca: ca.certPem });
  });

  it.each([
    ['', /report-ca.crt holds no certificate in PEM/],
    ['rubbish', /report-ca.crt holds no certificate in PEM/],
    [
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /report-ca.crt holds a certificate that cannot be read/,
    ],
  ])(
    'are refused with roots that are none, which would stand for everybody’s (%j)',
    (text, why) => {
      write(TOKEN_FILE, tokenOf());
      write(CA_FILE, text, 0o644);
      expect(() => open()).toThrow(why);
    },
  );

  it('may be elsewhere', () => {
    write(TOKEN_FILE, tokenOf('gpu-9'));
    writePair(pair);
    const tokenFile = write('my-token', tokenOf());
    const caFile = write('my-ca', ca.certPem);
    expect(open({ tokenFile, caFile }).current()).toMatchObject({
      server: 'gpu-1',
      ca: ca.certPem,
    });
    const [certFile, keyFile] = [write('my-cert', pair.certPem), write('my-key', pair.keyPem)];
    expect(open({ certFile, keyFile }).server).toBe('gpu-2');
  });

  it('say how to get an identity when there is none', () => {
    expect(() => open()).toThrow(/rollcall identity issue SERVER.*report-token, mode 600/);
  });

  it('are refused when others can read what is secret', () => {
    const token = write(TOKEN_FILE, tokenOf());
    chmodSync(token, 0o640);
    expect(() => open()).toThrow(`can be read by others: chmod 600 ${token}`);
    writePair(pair);
    chmodSync(state.file(KEY_FILE), 0o604);
    expect(() => open()).toThrow(/report-client\.key can be read by others/);
  });

  it.each<[string, () => void, RegExp]>([
    ['rubbish for a token', () => write(TOKEN_FILE, 'rubbish'), /holds no token/],
    ['half a token', () => write(TOKEN_FILE, tokenOf().slice(0, -1)), /holds no token/],
    ['a certificate without its key', () => write(CERT_FILE, pair.certPem), /key cannot be read/],
    [
      'a certificate with another key',
      () => writePair({ ...pair, certPem: ca.certPem }),
      /cannot be used together/,
    ],
    ['no certificate', () => writePair({ ...pair, certPem: 'x' }), /cannot be used together/],
  ])('are refused with a sentence and no secret: %s', (_case, prepare, sentence) => {
    prepare();
    expect(() => open()).toThrow(sentence);
  });

  it('are refused when the certificate’s name is no server id', async () => {
    writePair(await ca.client({ commonName: 'gpu 1' }));
    expect(() => open()).toThrow(/common name \(CN\).* must be the server id/);
  });

  it('are read again when they change, every two seconds at most', () => {
    write(TOKEN_FILE, tokenOf());
    const files = open();
    const before = files.current();
    const next = tokenOf();
    write(TOKEN_FILE, next);
    nowMs = 1_999;
    expect(files.current()).toBe(before);
    nowMs = 2_000;
    expect(files.current()).toMatchObject({ authorization: `Bearer ${next}` });
    expect(lookAgain(files)).toBe(files.current());
    expect(log.texts('log')).toEqual(['a new identity is in use']);
  });

  it('stay in use when new ones do not do, which is told once', () => {
    write(TOKEN_FILE, tokenOf());
    const files = open();
    const before = files.current();
    write(TOKEN_FILE, 'half');
    expect(lookAgain(files)).toBe(before);
    expect(lookAgain(files)).toBe(before);
    expect(log.texts('error')).toEqual([expect.stringMatching(/not read again.*holds no token/)]);
    write(TOKEN_FILE, tokenOf('gpu-7'));
    expect(lookAgain(files)).toBe(before);
    expect(log.texts('error')).toHaveLength(2);
    write(TOKEN_FILE, tokenOf());
    expect(lookAgain(files)).not.toBe(before);
  });
});
