import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificates.mjs';
import { DoorClient } from './door-client.mjs';
import { DoorRoll } from './door-roll.mjs';

export const SERVER_NAME = 'door.test';

/** A door in front of a roll, and whoever comes to it. */
export class DoorSite {
  #startDoor;
  #folder;
  #desktops = new Set();
  /** Every token that was given out, and whatever else must not be seen. */
  tokens = new Set(['seen-nowhere']);

  constructor(startDoor) {
    this.#startDoor = startDoor;
  }

  async start() {
    this.#folder = mkdtempSync(join(tmpdir(), 'rollcall-doors-'));
    // A door's workers are users of their own.
    chmodSync(this.#folder, 0o755);
    const folder = join(this.#folder, 'door');
    mkdirSync(folder);
    const certificate = makeCertificate(join(this.#folder, 'certificates'), SERVER_NAME);
    this.roll = await DoorRoll.start(join(this.#folder, 'hosts'));
    this.door = await this.#startDoor({
      folder,
      resolvers: this.roll.resolvers.map(({ url }) => url),
      serverName: SERVER_NAME,
      certificate: { certFile: certificate.certFile, keyFile: certificate.keyFile },
    });
    this.client = new DoorClient({
      port: this.door.port,
      serverName: SERVER_NAME,
      ca: certificate.cert,
    });
  }

  /** A link through this door for a user, as `rollcall connect` prints it. */
  async link(session, user, settings) {
    const options = ['--proxy', this.client.authority];
    const { proxy } = await this.roll.connect(session, user, { options, settings });
    this.tokens.add(new URL(proxy).searchParams.get('authToken'));
    return proxy;
  }

  /** Opens a link as the web client does; closed after the test. */
  async enter(link) {
    const desktop = await this.client.openDesktop(link);
    this.#desktops.add(desktop);
    return desktop;
  }

  /** The text with every token crossed out. */
  withoutTokens = (text) =>
    [...this.tokens].reduce((crossed, token) => crossed.replaceAll(token, '<token>'), text);

  closeDesktops() {
    for (const desktop of this.#desktops) desktop.close();
    this.#desktops.clear();
  }

  async stop() {
    this.closeDesktops();
    await this.door?.stop();
    await this.roll?.stop();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}
