import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFrom } from '../history/agent-log.mjs';
import { DcvPort } from './dcv-port.mjs';

/** A stand-in host: a dcv command that prints a file, a DCV port, and the real agent. */
export class Host {
  #site;
  #folder;
  #listed = [];

  constructor(site, id, { address, road, folder, zone = '', settings = {} }) {
    this.id = id;
    /** Where its DCV port is, and where its agent reaches Redis: cutting either is cutting nobody else. */
    this.address = address;
    this.road = road;
    this.zone = zone;
    this.settings = settings;
    this.dcv = new DcvPort(address, 0);
    this.#site = site;
    this.#folder = folder;
    mkdirSync(join(folder, 'state'), { recursive: true });
    const dcv = join(folder, 'dcv');
    writeFileSync(dcv, `#!/bin/sh\nexec cat '${join(folder, 'sessions.json')}'\n`);
    chmodSync(dcv, 0o755);
  }

  /** Tells the hosts apart in answers. */
  get port() {
    return this.dcv.port;
  }

  get name() {
    return `agent of ${this.id}`;
  }

  /** What its dcv lists at this moment: local ids. */
  get listed() {
    return this.#listed;
  }

  get stateFolder() {
    return join(this.#folder, 'state');
  }

  /** Qualified ids of what it lists. */
  get ids() {
    return this.#listed.map((session) => `${this.id}~${session}`);
  }

  /** From now on its dcv lists exactly these sessions. */
  list(...sessions) {
    const { recorder } = this.#site;
    const file = join(this.#folder, 'sessions.json');
    const listing = sessions.map((id) => ({ id, owner: 'someone', type: 'virtual' }));
    const start = recorder.now();
    writeFileSync(`${file}.new`, JSON.stringify(listing));
    renameSync(`${file}.new`, file);
    this.#listed = [...sessions];
    recorder.record('listed', { at: [start, recorder.now()], server: this.id, sessions });
  }

  /** Opens a session, or closes it. */
  open(session) {
    this.list(...this.#listed.filter((one) => one !== session), session);
  }

  close(session) {
    this.list(...this.#listed.filter((one) => one !== session));
  }

  /** Starts the agent; a port that is 0 so far is chosen first. */
  async startAgent({ wrapper, address, trusted, ...settings } = {}) {
    const { recorder, builds } = this.#site;
    /** Whether its agent is of another version. */
    this.isOlder = builds['agent-heartbeat'] !== undefined;
    const heard = (line) => {
      const report = reportFrom(line, { recorder, host: this, trusted });
      if (report) recorder.record('report', report);
    };
    this.agent = await this.#site.startApp(this.name, 'agent-heartbeat', {
      road: this.road,
      ...{ heard, wrapper, address },
      settings: {
        AGENT_SERVER_ID: this.id,
        AGENT_STATE_DIR: this.stateFolder,
        AGENT_DCV_COMMAND: join(this.#folder, 'dcv'),
        AGENT_ENDPOINT: this.address,
        AGENT_HTTP_PORT: String(this.port),
        AGENT_QUIC_PORT: '0',
        // At this level it tells of every report.
        LOG_LEVEL: 'debug',
        ...(this.zone && { AGENT_ZONE: this.zone }),
        ...this.settings,
        ...settings,
      },
    });
    return this.agent;
  }
}
