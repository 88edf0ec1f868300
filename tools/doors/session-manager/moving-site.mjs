import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollUnderTest } from '../../e2e/roll-under-test.mjs';
import { freePort } from '../../start/ports.mjs';
import { makeCertificate } from '../certificates.mjs';
import { DoorClient } from '../door-client.mjs';
import { DOOR_TIMINGS } from '../door-roll.mjs';
import { StandInGateway } from '../gateway/stand-in-gateway.mjs';
import { lookupOf } from '../lookup.mjs';
import { ManualPage, quotedSettings } from '../manual-page.mjs';
import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../programs.mjs';
import { StandInHost } from '../stand-in-host.mjs';
import { StandInBroker } from './stand-in-broker.mjs';

const [BROKER, RESOLVER, GATEWAY] = ['broker', 'resolver', 'gateway2'].map(
  (name) => `${name}.example.com`,
);
const BROKER_ADDRESS = '127.0.0.9';
const RESOLVER_ADDRESS = '127.0.0.1';
/** Each host has an address of its own, and `console`. */
const HOST_ADDRESSES = { 'gpu-1': '127.0.0.2', 'gpu-2': '127.0.0.3' };
const FOUND_WITHIN_MS = 20_000;
const CURL_TIMEOUT_MS = 20_000;
const read = (file) => readFileSync(file, 'utf8');

/** A Broker, resolvers, two hosts and the second gateway, set up as docs/from-session-manager.md says. */
export class MovingSite {
  /** A token that the Broker has made, for `bob`. */
  brokerToken = 'made-by-the-broker';
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-moving-'));
  #addresses = { [BROKER]: BROKER_ADDRESS, [RESOLVER]: RESOLVER_ADDRESS };
  #hosts = {};
  #desktops = new Set();
  #lookup = (name, options, found) => lookupOf(this.#addresses[name])(name, options, found);
  #page;
  #ports;
  #hostCertificate;
  #broker;
  #gateway;
  #client;

  async start() {
    const [port, hostsPort] = (this.#ports = [await freePort(), await freePort()]);
    this.#page = new ManualPage('from-session-manager.md', {
      '/etc/dcv-session-manager-agent': this.#folder,
      '/etc/dcv-connection-gateway': this.#folder,
      '/etc/rollcall': this.#folder,
      8447: String(port),
      8445: String(hostsPort),
    });
    const ca = makeCertificate(this.#folder, 'ca', { authority: true });
    for (const name of ['broker_cert.pem', 'resolver-ca.pem'])
      copyFileSync(ca.certFile, join(this.#folder, name));
    const own = { names: [BROKER, RESOLVER], signer: ca };
    const certificate = makeCertificate(this.#folder, 'resolver', own);
    this.#hostCertificate = makeCertificate(this.#folder, 'host');
    this.#broker = new StandInBroker({ certificate, token: this.brokerToken, user: 'bob' });
    await this.#broker.start(hostsPort, BROKER_ADDRESS);

    this.roll = await RollUnderTest.start({ timings: DOOR_TIMINGS });
    await this.roll.startResolver({
      port,
      RESOLVER_HOST: RESOLVER_ADDRESS,
      RESOLVER_HOSTS_PORT: String(hostsPort),
      RESOLVER_TLS_CERT_FILE: certificate.certFile,
      RESOLVER_TLS_KEY_FILE: certificate.keyFile,
    });
    for (const name of Object.keys(HOST_ADDRESSES)) await this.#addHost(name);
    await this.#startGateway();
  }

  async #addHost(name) {
    await this.restartDcv(name, this.brokersSettings);
    await this.roll.startHost(name, ['console'], {
      port: this.#hosts[name].port,
      AGENT_ENDPOINT: HOST_ADDRESSES[name],
    });
    const found = await this.roll.becomes(`${name}~console`, 200, FOUND_WITHIN_MS);
    if (found === undefined) throw new Error(`${name} is not on the roll`);
  }

  async #startGateway() {
    const { url, 'ca-file': caFile } = quotedSettings(this.#page.block('toml', '[resolver]'));
    const certificate = makeCertificate(this.#folder, 'door', { names: [GATEWAY] });
    const resolver = { url, ca: read(caFile), lookup: this.#lookup };
    this.#gateway = new StandInGateway({ certificate, resolver });
    await this.#gateway.start();
    const { port } = this.#gateway;
    this.#client = new DoorClient({ port, serverName: GATEWAY, ca: certificate.cert });
  }

  /** dcv.conf of a host that asks the Broker. */
  get brokersSettings() {
    return quotedSettings(this.#page.block('ini', BROKER));
  }

  /** dcv.conf of a host that asks Rollcall, at a path that ends in its id. */
  settingsOf(name) {
    const settings = quotedSettings(this.#page.block('ini', '/verify/gpu-1'));
    const verifier = settings['auth-token-verifier'].replace(/gpu-1$/, name);
    return { ...settings, 'auth-token-verifier': verifier };
  }

  /** dcv.conf of every host that asks Rollcall at the Broker's path. */
  get sharedSettings() {
    const line = this.#page.block('ini', `${RESOLVER}:${this.#ports.at(1)}/agent/`);
    return { ...this.settingsOf('gpu-1'), ...quotedSettings(line) };
  }

  /** From now on this name leads to that address, for hosts and gateways. */
  pointBrokersNameAt(whom) {
    this.#addresses[BROKER] = { broker: BROKER_ADDRESS, resolvers: RESOLVER_ADDRESS }[whom];
  }

  /** Starts a host's DCV server anew, with this in its dcv.conf. */
  async restartDcv(name, { 'auth-token-verifier': url, 'ca-file': caFile }) {
    const before = this.#hosts[name];
    await before?.stop();
    this.#hosts[name] = new StandInHost({
      name,
      certificate: this.#hostCertificate,
      address: HOST_ADDRESSES[name],
      verifier: { url, ca: read(caFile), lookup: this.#lookup },
    });
    await this.#hosts[name].start(before?.port);
  }

  /** What the page's `rollcall connect` prints, for any host and user. */
  async connect(name, user) {
    const [, line] = /rollcall (connect .*) \|$/m.exec(this.#page.block('sh', 'rollcall connect'));
    const args = line
      .replace('gpu-1', name)
      .replace('alice', user)
      .replace(GATEWAY, this.#client.authority)
      .split(' ');
    const { code, stdout, stderr } = await this.roll.runCli(args);
    if (code !== 0) throw new Error(`rollcall connect ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** The link of a portal that asks the Broker for tokens. */
  brokersLink(name) {
    return `https://${this.#client.authority}/?authToken=${this.brokerToken}#${name}~console`;
  }

  /** Runs the page's curl that has this mark; resolves to what it prints. */
  curl(mark, typed = '') {
    const names = this.#ports.map((port) => `--resolve ${RESOLVER}:${port}:${RESOLVER_ADDRESS}`);
    const command = this.#page.block('sh', mark).replace(/^curl/, `"$CURL" -sS ${names.join(' ')}`);
    return new Promise((resolve, reject) => {
      const env = { ...process.env, CURL: programFile(PROGRAMS.curl) };
      const options = { timeout: CURL_TIMEOUT_MS, env };
      const done = (error, stdout) => (error ? reject(error) : resolve(stdout));
      execFile('bash', ['-ec', command], options, done).stdin.end(typed);
    });
  }

  async enter(link) {
    const desktop = await this.#client.openDesktop(link.replace(/^dcv:/, 'https:'));
    this.#desktops.add(desktop);
    return desktop;
  }

  closeDesktops() {
    for (const desktop of this.#desktops) desktop.close();
    this.#desktops.clear();
  }

  async stop() {
    this.closeDesktops();
    await this.#gateway?.stop();
    await Promise.all(Object.values(this.#hosts).map((host) => host.stop()));
    await this.#broker?.stop();
    await this.roll?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
