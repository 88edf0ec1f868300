import { once } from 'node:events';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ServerId } from '@rollcall/domain';
import { TestCa, TlsFolder, until } from '@rollcall/testing';
import { mintServerToken } from '@rollcall/tokens';
import { CA_FILE, TOKEN_FILE } from '../report-door/identity-files';
import { AgentProcess } from './agent-process';
import { AgentStage } from './agent-stage';

/** Where no Redis is: an agent that reports through a door must not even look. */
const NO_REDIS = 'redis://127.0.0.1:1';

/** A host whose agent reports through a door, a process of its own as well, with a token in its state directory. */
export class DoorStage extends AgentStage {
  override readonly upMetric = 'rollcall_report_door_up';
  override readonly keptOrigin = 'shown';
  /** The door that agents are sent to, if they are not told otherwise. */
  url = '';
  protected ca!: TestCa;
  token = '';
  private folder?: TlsFolder;

  override async open(): Promise<void> {
    await super.open();
    this.ca = await TestCa.create();
    this.folder = await TlsFolder.create(await this.ca.server(), this.ca.certPem);
    this.token = await this.issue();
    const { url } = await this.startDoor();
    this.url = url;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.folder?.remove();
  }

  /** Starts a door, and waits until it knows who may report. */
  async startDoor(
    settings: Record<string, string> = {},
  ): Promise<{ door: AgentProcess; url: string; port: number; opsUrl: string }> {
    const door = new AgentProcess({
      ...this.rollSettings,
      ...this.folder?.env({ prefix: 'INGEST' }),
      AGENT_ROLE: 'ingest',
      INGEST_HOST: '127.0.0.1',
      INGEST_PORT: '0',
      ...settings,
    });
    const { port, metricsPort } = await door.untilSays('taking reports');
    const opsUrl = `http://127.0.0.1:${String(metricsPort)}`;
    await until('the door knows who may report', async () => {
      return (await fetch(`${opsUrl}/health/ready`)).status === 200;
    });
    return { door, url: `https://localhost:${String(port)}`, port: Number(port), opsUrl };
  }

  get caPem(): string {
    return this.ca.certPem;
  }

  /** What of the token nobody but the agent may ever see. */
  get secret(): string {
    return this.token.split('~')[1] ?? '';
  }

  /** Starts an agent that shows a certificate instead of a token, and waits until its host is found. */
  async startWithCertificate(url: string, commonName: string): Promise<AgentProcess> {
    const { certPem, keyPem } = await this.ca.client({ commonName });
    const files = { AGENT_REPORT_CERT_FILE: certPem, AGENT_REPORT_KEY_FILE: keyPem };
    const settings = Object.entries(files).map(([name, pem]) => {
      const file = this.state.file(name);
      writeFileSync(file, pem, { mode: 0o600 });
      return [name, file] as const;
    });
    return this.startOnRoll({
      AGENT_REPORT_URL: url,
      AGENT_SERVER_ID: '',
      ...Object.fromEntries(settings),
    });
  }

  /** Asks a door as somebody who has a token and no agent. */
  async asks(
    token: string,
    path: string,
    body?: unknown,
    url = this.url,
  ): Promise<{ status: number; headers: Record<string, unknown>; json: Record<string, unknown> }> {
    const request = httpsRequest(new URL(path, url), {
      ca: this.ca.certPem,
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode: status = 0, headers } = response;
    return { status, headers, json: JSON.parse(await text(response)) as Record<string, unknown> };
  }

  /** Waits until a door takes a token: it reads anew who may report every few seconds. */
  async untilKnown(token: string, url = this.url): Promise<void> {
    await until('the door knows the token', async () => {
      return (await this.asks(token, '/ping', undefined, url)).status === 200;
    });
  }

  /** The sequence number of a server's last applied report. */
  async lastSequence(server: string): Promise<number | undefined> {
    return (await this.records()).find((record) => record.server === server)?.sequence;
  }

  /** A new token of a server. */
  async issue(server = 'gpu-1'): Promise<string> {
    const { token, digest } = mintServerToken(server as ServerId);
    await this.identities.issue(server as ServerId, digest);
    return token;
  }

  /** The servers that the store has a record of. */
  async identified(): Promise<readonly string[]> {
    return [...((await this.identities.read())?.identities.keys() ?? [])];
  }

  async revoke(server = 'gpu-1'): Promise<void> {
    await this.identities.revoke(server as ServerId, 'everything');
  }

  /** Puts a token where the agent looks for it. */
  install(token: string, stateDir = this.state.path): void {
    const file = join(stateDir, TOKEN_FILE);
    writeFileSync(file, token, { mode: 0o600 });
    chmodSync(file, 0o600);
    writeFileSync(join(stateDir, CA_FILE), this.ca.certPem);
  }

  override start(settings: Record<string, string> = {}): AgentProcess {
    const stateDir = settings['AGENT_STATE_DIR'] ?? this.state.path;
    const isThere = existsSync(stateDir) && statSync(stateDir).isDirectory();
    if (isThere && !existsSync(join(stateDir, TOKEN_FILE))) this.install(this.token, stateDir);
    return super.start({ REDIS_URL: NO_REDIS, AGENT_REPORT_URL: this.url, ...settings });
  }
}
