import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../start/ports.mjs';
import { makeCertificate } from '../certificates.mjs';
import { DoorClient } from '../door-client.mjs';
import { DoorRoll } from '../door-roll.mjs';
import { lookupOf } from '../lookup.mjs';
import { OperatorsPage } from './operators-page.mjs';
import { StandInGateway } from './stand-in-gateway.mjs';

const GATEWAY_NAME = 'gateway.example.com';
const RESOLVER_ADDRESSES = ['127.0.0.1', '127.0.0.2'];
const read = (file) => readFileSync(file, 'utf8');

/** A Connection Gateway in front of a roll, set up as the operators' page says: two resolvers behind one name. */
export class GatewaySite {
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-gateway-'));
  #desktops = new Set();
  #gateways = [];
  /** Every token that was given out. */
  tokens = new Set();

  async start() {
    this.hostsPort = await freePort();
    const port = await freePort();
    const page = new OperatorsPage({
      '/etc/rollcall/tls': this.#folder,
      '/etc/dcv-connection-gateway': this.#folder,
      '/etc/dcv/': `${this.#folder}/`,
      8447: String(port),
      8445: String(this.hostsPort),
    });
    page.makeCertificates(this.#folder);
    const { resolverSettings, hostSettings } = page;
    this.secretPath = resolverSettings.RESOLVER_PATH_PREFIX;
    this.gatewaySettings = page.gatewaySettings;
    this.ca = read(hostSettings['ca-file']);
    this.roll = await DoorRoll.start(join(this.#folder, 'hosts'), {
      resolverSettings: RESOLVER_ADDRESSES.map((address) => ({
        port,
        ...resolverSettings,
        RESOLVER_HOST: address,
      })),
      verifierOf: (id) => ({
        url: hostSettings['auth-token-verifier'].replace(/gpu-1$/, id),
        ca: this.ca,
        lookup: lookupOf(...RESOLVER_ADDRESSES),
      }),
    });
    this.certificate = makeCertificate(this.#folder, 'door', { names: [GATEWAY_NAME] });
    this.gateway = await this.startGateway(this.ownCertificate);
    this.client = new DoorClient({
      port: this.gateway.port,
      serverName: GATEWAY_NAME,
      ca: this.certificate.cert,
    });
  }

  /** What the gateway shows to resolvers. */
  get ownCertificate() {
    const { 'cert-file': certFile, 'cert-key-file': keyFile } = this.gatewaySettings;
    return { cert: read(certFile), key: read(keyFile) };
  }

  /** A certificate that no resolver knows. */
  get strangersCertificate() {
    return makeCertificate(this.#folder, 'stranger');
  }

  /** A gateway that shows the resolvers this client certificate, or none. */
  async startGateway({ cert, key } = {}) {
    const { url, 'ca-file': caFile } = this.gatewaySettings;
    const gateway = new StandInGateway({
      certificate: this.certificate,
      resolver: { url, ca: read(caFile), cert, key, lookup: lookupOf(...RESOLVER_ADDRESSES) },
    });
    await gateway.start();
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Links through the gateway for a user, as `rollcall connect` prints them. */
  async links(session, user) {
    const options = ['--gateway', this.client.authority];
    const links = await this.roll.connect(session, user, { options });
    this.tokens.add(new URL(links.browser).searchParams.get('authToken'));
    return links;
  }

  async enter(link) {
    const desktop = await this.client.openDesktop(link);
    this.#desktops.add(desktop);
    return desktop;
  }

  closeDesktops() {
    for (const desktop of this.#desktops) desktop.close();
    this.#desktops.clear();
  }

  async stop() {
    this.closeDesktops();
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
    await this.roll?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
