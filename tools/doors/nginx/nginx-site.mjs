import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { makeCertificate } from '../certificates.mjs';
import { DoorClient } from '../door-client.mjs';
import { startDoor } from './nginx-door.mjs';
import { RouteStandIn } from './route-stand-in.mjs';
import { WebHost } from './web-host.mjs';

export const SERVER_NAME = 'door.test';
export const TOKEN = 'a-token-that-nobody-may-see';

/** nginx as it is shipped, before a stand-in resolver and hosts that do as they are told. */
export class NginxSite {
  #hosts = [];
  #sockets = [];

  /** `resolvers` are asked instead of the stand-in; The rest is for `startDoor`; `site` may go by the folder. */
  static async start({ resolvers, site, ...options } = {}) {
    const started = new NginxSite();
    started.folder = mkdtempSync(join(tmpdir(), 'rollcall-nginx-'));
    // Its workers are users of their own.
    chmodSync(started.folder, 0o755);
    started.installed = join(started.folder, 'door');
    mkdirSync(started.installed);
    try {
      started.certificate = makeCertificate(started.folder, SERVER_NAME);
      started.routes = await new RouteStandIn().start();
      started.door = await startDoor({
        folder: started.installed,
        resolvers: resolvers ?? [started.routes.url],
        serverName: SERVER_NAME,
        certificate: started.certificate,
        site: typeof site === 'function' ? site(started.folder) : site,
        ...options,
      });
    } catch (error) {
      await started.stop();
      throw error;
    }
    const { cert } = started.certificate;
    const { port } = started.door;
    started.client = new DoorClient({ port, serverName: SERVER_NAME, ca: cert });
    return started;
  }

  /** A host with a session of this id. */
  async host(id, { answer, basePath, address, certificate = this.certificate } = {}) {
    const host = await new WebHost(certificate, answer).start({ address });
    this.#hosts.push(host);
    this.routes.set(id, { upstream: host.upstream, basePath });
    return host;
  }

  /** Opens a link without its fragment, as a browser does. */
  open(id, path = '') {
    return this.client.get(`/s/${id}/${path}?authToken=${TOKEN}`);
  }

  /** A WebSocket to a session; cut at the end of the test. */
  async stream(id, options) {
    const channel = await this.client.open(`/s/${id}/ws?authToken=${TOKEN}`, options);
    this.#sockets.push(channel);
    return channel;
  }

  /** The status that a client at another address gets. */
  async statusFor(localAddress, path) {
    const { port } = this.door;
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: SERVER_NAME,
      ca: this.certificate.cert,
      localAddress,
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${this.client.authority}\r\nConnection: close\r\n\r\n`,
    );
    const [head] = await once(socket, 'data');
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(head)[1]);
  }

  closeStreams() {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  /** The lines of the access log. */
  get log() {
    const lines = this.door.accessLog().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  async stop() {
    this.closeStreams();
    await this.door?.stop();
    await this.routes?.stop();
    await Promise.all(this.#hosts.map((host) => host.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
