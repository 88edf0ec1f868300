import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { root } from '../../setup/install.mjs';
import { freePort } from '../../start/ports.mjs';
import { until } from '../../start/until.mjs';
import { makeCertificate } from '../certificates.mjs';
import { DoorClient } from '../door-client.mjs';
import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../programs.mjs';
import { Installation, SITE_FILE, listenAt } from './nginx-door.mjs';
import { NginxSite, SERVER_NAME } from './nginx-site.mjs';

const SHIPPED_NAME = 'desk.example.com';
const LOGGED_WITHIN_MS = 5_000;

describe('what is shipped for nginx', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollcall-nginx-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is in order as it is, once the certificate is there', async () => {
    const installation = new Installation(folder);
    const port = await freePort();
    // Whoever runs the tests may not be allowed to listen at 443.
    installation.edit(SITE_FILE, listenAt('127.0.0.1', port));
    const { certFile, keyFile } = makeCertificate(folder, SHIPPED_NAME);
    for (const name of ['certs', 'private']) mkdirSync(installation.path(`etc/ssl/${name}`));
    cpSync(certFile, installation.path(`etc/ssl/certs/${SHIPPED_NAME}.pem`));
    cpSync(keyFile, installation.path(`etc/ssl/private/${SHIPPED_NAME}.key`));
    const configuration = installation.path('etc/nginx/nginx.conf');
    const { status, stderr } = spawnSync(programFile(PROGRAMS.nginx), ['-t', '-c', configuration], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
    expect(stderr).not.toMatch(/\[(emerg|alert|crit|error)\]|conflicting|duplicate|ignored "/);
  });

  it('has room for more than Debian’s 768 connections, once the page’s commands have run', () => {
    const configuration = readFileSync(
      new Installation(folder).path('etc/nginx/nginx.conf'),
      'utf8',
    );
    expect(configuration).toMatch(/^worker_rlimit_nofile 32768;\n/);
    expect(configuration).toMatch(/^\s*worker_connections 16384;$/m);
  });

  it('has every value of a site in the one file that is the site’s', () => {
    const rest = spawnSync(
      'grep',
      ['-rnE', 'example\\.com|listen |server_name|127\\.0\\.0\\.1', 'deploy/nginx/rollcall'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    expect(rest).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('nginx, loaded anew', () => {
  let site;
  afterEach(() => site?.stop());

  it('shows a new certificate to whoever comes, and closes no WebSocket', async () => {
    site = await NginxSite.start();
    await site.host('a');
    const stream = await site.stream('a');
    const { cert: oldCertificate } = site.certificate;
    const { cert } = makeCertificate(site.folder, SERVER_NAME);
    await expect(site.open('a')).resolves.toMatchObject({ status: 200 });
    await site.door.reload();
    const trusting = (ca) => new DoorClient({ port: site.door.port, serverName: SERVER_NAME, ca });
    await expect(trusting(oldCertificate).get('/rollcall/health')).rejects.toThrow(/self-signed/);
    expect((await trusting(cert).get('/rollcall/health')).status).toBe(204);
    stream.sendText('still');
    expect(await stream.hearText()).toBe('still');
  });
});

describe('nginx behind a load balancer', () => {
  let site;
  afterEach(() => site?.stop());

  it('knows clients by what the PROXY protocol says, and believes nobody else', async () => {
    const balanced = [
      [/^ +listen [^;]* ssl/gm, '$& proxy_protocol'],
      [/^#set_real_ip_from .*;$/m, 'set_real_ip_from 127.0.0.1;'],
      [/^#(real_ip_header proxy_protocol;)$/m, '$1'],
    ];
    site = await NginxSite.start({ site: balanced });
    const host = await site.host('a');
    const comingFrom = async (localAddress) => {
      const balancer = connect({ port: site.door.port, host: '127.0.0.1', localAddress });
      balancer.write('PROXY TCP4 203.0.113.9 127.0.0.1 1000 443\r\n');
      const socket = connectTls({
        socket: balancer,
        servername: SERVER_NAME,
        ca: site.certificate.cert,
      });
      socket.write(
        `GET /s/a/ HTTP/1.1\r\nHost: ${site.client.authority}\r\nConnection: close\r\n\r\n`,
      );
      socket.resume();
      await once(socket, 'close');
      return host.requests.at(-1).headers['x-forwarded-for'];
    };
    expect(await comingFrom('127.0.0.1')).toBe('203.0.113.9');
    expect(await comingFrom('127.0.0.2')).toBe('127.0.0.2');
    const clients = () => site.log.map(({ client }) => client);
    expect(await until(() => clients().length === 2, LOGGED_WITHIN_MS)).toBe(true);
    expect(clients()).toEqual(['203.0.113.9', '127.0.0.2']);
  });
});
