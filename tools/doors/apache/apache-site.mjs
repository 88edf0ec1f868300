import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../certificates.mjs';
import { DoorClient } from '../door-client.mjs';
import { StandInHost } from '../stand-in-host.mjs';
import { freePort } from '../../start/ports.mjs';
import { startDoor } from './apache-door.mjs';
import { RouteStandIn, found } from './route-stand-in.mjs';

const SERVER_NAME = 'door.test';
const NOBODY = '127.0.0.1:1';

/** Apache with stand-ins all around: two for resolvers, two for hosts, and one host that says what it is told to. */
export class ApacheSite {
  hosts = {};
  routes = [];

  static async start(options = {}) {
    const site = new ApacheSite();
    await site.#start(options);
    return site;
  }

  async #start(options) {
    this.folder = mkdtempSync(join(tmpdir(), 'rollcall-apache-'));
    const certificate = makeCertificate(join(this.folder, 'certificates'), SERVER_NAME);
    const ofHosts = makeCertificate(join(this.folder, 'hosts'), 'host');
    for (const [name, basePath] of Object.entries({ a: '/', b: '/desk' })) {
      const verifier = { url: `http://${NOBODY}/` };
      this.hosts[name] = new StandInHost({ name, certificate: ofHosts, basePath, verifier });
      await this.hosts[name].start();
    }
    await this.#startAnsweringHost(ofHosts);
    this.routes = [await RouteStandIn.start(), await RouteStandIn.start()];
    this.route('a~console', `127.0.0.1:${this.hosts.a.port}`);
    this.route('b~console', `127.0.0.1:${this.hosts.b.port}`, '/desk');
    this.route('told', `127.0.0.1:${this.#telling.address().port}`);
    this.route('told-base', `127.0.0.1:${this.#telling.address().port}`, '/desk');
    this.route('gone', NOBODY);
    this.route('unknown-name', 'desk.internal.invalid:8443');
    this.route('no-tls', `127.0.0.1:${this.routes[0].port}`);
    this.#plainPort = await freePort();
    const main = `ServerName main.test\nListen 127.0.0.1:${this.#plainPort}`;
    const folder = join(this.folder, 'door');
    mkdirSync(folder);
    this.door = await startDoor({
      folder,
      resolvers: this.routes.map(({ url }) => url),
      serverName: SERVER_NAME,
      certificate,
      main,
      ...options,
    });
    const { port } = this.door;
    this.client = new DoorClient({ port, serverName: SERVER_NAME, ca: certificate.cert });
  }

  /** The page of mod_status, which Debian shows to everybody on Apache's own machine. */
  async statusPage() {
    return (await fetch(`http://127.0.0.1:${this.#plainPort}/server-status`)).text();
  }

  #plainPort;
  #telling;
  /** What the telling host answers with. */
  tells = { status: 200, headers: {} };
  /** The request targets that it has got. */
  told = [];
  /** The headers of the last one. */
  toldHeaders = {};

  async #startAnsweringHost(certificate) {
    this.#telling = createServer(certificate, ({ url, headers }, response) => {
      this.told.push(url);
      this.toldHeaders = headers;
      response.writeHead(this.tells.status, this.tells.headers);
      response.end();
    });
    this.#telling.listen(0, '127.0.0.1');
    await once(this.#telling, 'listening');
  }

  /** From now on the resolvers know this session. */
  route(id, upstream, basePath) {
    for (const routes of this.routes) routes.routes[id] = found(upstream, basePath);
  }

  /** How both resolvers behave from now on. */
  set resolversBehave(behave) {
    for (const routes of this.routes) routes.behave = behave;
  }

  get(path, headers) {
    return this.client.get(path, { headers });
  }

  /** Status and host. */
  async where(path, headers) {
    const answer = await this.get(path, headers);
    return `${answer.status} ${answer.headers['x-stand-in-host'] ?? ''}`.trim();
  }

  async stop() {
    await this.door?.stop();
    await Promise.all(this.routes.map((routes) => routes.stop()));
    await Promise.all(Object.values(this.hosts).map((host) => host.stop()));
    this.#telling?.closeAllConnections();
    this.#telling?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
