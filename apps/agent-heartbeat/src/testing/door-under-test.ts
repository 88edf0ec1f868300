import { once } from 'node:events';
import { Agent, request as httpsRequest, type Server } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  DEFAULT_ENDPOINT_PORTS,
  endpointPolicy,
  leasePolicy,
  DEFAULT_TIMINGS,
} from '@rollcall/domain';
import type { IdentityStore, LeasePolicy, ReportStore, ServerId } from '@rollcall/domain';
import { BoundedGate, Listener } from '@rollcall/http';
import { BoundedLogs, createLogger, Metrics } from '@rollcall/observability';
import { InMemoryIdentityStore, TestCa, TlsFolder, type CertificatePair } from '@rollcall/testing';
import { ServerTls } from '@rollcall/tls';
import { mintServerToken } from '@rollcall/tokens';
import { Allowances } from '../ingest/allowances';
import { ReportDoor } from '../ingest/door/report-door';
import { IdentityCopy } from '../ingest/identity/identity-copy.service';
import { ShownIdentities } from '../ingest/identity/shown-identity';
import { IngestLog } from '../ingest/ingest.log';
import { IngestMetrics } from '../ingest/ingest.metrics';
import { EndpointAudit } from '../ingest/report/endpoint-audit';
import { storeBudgets, TakeReportService } from '../ingest/report/take-report.service';
import { DoorAddresses } from '../report-door/door-addresses';
import { DoorClient } from '../report-door/door-client';
import { DoorReportStore } from '../report-door/door-report-store';
import type { DoorCredentials } from '../report-door/identity-files';
import { INGEST_TLS_SETTINGS } from '../settings/ingest.settings';

export interface DoorTraits {
  readonly store: ReportStore;
  readonly identities?: IdentityStore;
  readonly policy?: LeasePolicy;
  readonly endpointAllow?: string;
  /** Requests that one server may make at once. */
  readonly burst?: number;
  /** Failed authentications that one address may make at once. */
  readonly failures?: number;
  /** Unix time, as the door takes it for certificates. */
  readonly unixNow?: () => number;
}

/** Who asks, and as whom. */
export interface Asker {
  readonly token?: string;
  readonly certificate?: CertificatePair;
}

export interface DoorResponse {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly json: Record<string, unknown>;
}

/** A report door on a real port with TLS, before stores that the test holds. */
export class DoorUnderTest {
  readonly identities: IdentityStore;
  readonly policy: LeasePolicy;
  readonly lines: Record<string, unknown>[] = [];
  readonly metrics = new Metrics();
  readonly copy: IdentityCopy;
  private readonly logs: BoundedLogs;
  private readonly gates: BoundedGate[];
  private readonly clients: { destroy(): void }[] = [];
  private readonly answer: ReportDoor['answer'];
  private listener!: Listener;
  private closed = false;
  private openPort = 0;

  private constructor(
    readonly ca: TestCa,
    readonly folder: TlsFolder,
    private readonly traits: DoorTraits,
  ) {
    const { store, identities = new InMemoryIdentityStore(), endpointAllow = '' } = traits;
    this.identities = identities;
    this.policy = traits.policy ?? leasePolicy(DEFAULT_TIMINGS);
    const logger = this.logger();
    this.logs = new BoundedLogs(logger);
    const now = () => performance.now();
    const unixNow = traits.unixNow ?? Date.now;
    const metrics = new IngestMetrics(this.metrics);
    this.copy = new IdentityCopy(identities, metrics, { now, unixNow });
    const { reportMs, pingMs } = storeBudgets(this.policy);
    this.gates = [reportMs, pingMs].map(
      (budgetMs) => new BoundedGate({ pendingMax: 100, budgetMs, now }),
    );
    const [gate, pingGate] = this.gates as [BoundedGate, BoundedGate];
    const endpoints = endpointPolicy(endpointAllow, DEFAULT_ENDPOINT_PORTS);
    if ('problems' in endpoints) throw new Error(endpoints.problems.join());
    const audit = new EndpointAudit({ logger, lineEveryMs: this.policy.intervalMs, now });
    const allowances = (burst: number) =>
      new Allowances({ burst, perSecond: 0.001, holdersMax: 1_000, now });
    this.answer = new ReportDoor({
      shown: new ShownIdentities(() => this.tls.clientRootsGeneration, unixNow),
      copy: this.copy,
      requestAllowances: allowances(traits.burst ?? 1_000_000),
      failureAllowances: allowances(traits.failures ?? 1_000_000),
      reports: new TakeReportService({ store, gate, pingGate, endpoints, audit, metrics }),
      metrics,
      log: new IngestLog(this.logs),
      logger,
    }).answer;
  }

  tls!: ServerTls;

  static async open(ca: TestCa, traits: DoorTraits): Promise<DoorUnderTest> {
    const folder = await TlsFolder.create(await ca.server(), ca.certPem);
    const door = new DoorUnderTest(ca, folder, traits);
    const config = { ...folder.config(), settings: INGEST_TLS_SETTINGS };
    const { metrics, logs } = door;
    door.tls = await ServerTls.open({ config, metrics, logger: door.logger(), logs });
    await door.listen();
    await door.copy.refresh();
    return door;
  }

  get port(): number {
    return this.openPort;
  }

  get url(): URL {
    return new URL(`https://localhost:${this.port}`);
  }

  /** Ends every connection and the port, as a killed process would. */
  async kill(): Promise<void> {
    this.listener.server.close();
    this.listener.cut();
    await once(this.listener.server, 'close');
  }

  /** Opens the same port again, or any. */
  async listen(port = 0): Promise<void> {
    const name = { name: 'reports', clients: 'optional' } as const;
    this.listener = new Listener(this.answer, { tls: this.tls.serverOptions(name) });
    this.tls.serve(name, this.listener.server as Server);
    this.listener.server.listen({ host: '127.0.0.1', port });
    await once(this.listener.server, 'listening');
    this.openPort = (this.listener.server.address() as AddressInfo).port;
  }

  /** Told of each connection that is opened from now on. */
  onConnection(opened: (socket: Socket) => void): void {
    this.listener.server.on('secureConnection', opened);
  }

  /** From now on connections are accepted, and nothing is ever said on them. */
  async pauseAnswers(): Promise<void> {
    const { port } = this;
    await this.kill();
    const silent = createServer((socket) => this.clients.push(socket));
    silent.listen({ host: '127.0.0.1', port });
    await once(silent, 'listening');
    this.clients.push({ destroy: () => silent.close() });
  }

  /** Lets nothing more through to the store. */
  closeGates(): void {
    for (const gate of this.gates) gate.close();
  }

  /** A new token that the door knows. */
  async token(server = 'gpu-1'): Promise<string> {
    const { token, digest } = mintServerToken(server as ServerId);
    await this.identities.issue(server as ServerId, digest);
    await this.copy.refresh();
    return token;
  }

  /** A connection of its own that is kept from one question to the next. */
  connection(asker: Asker = {}): (path: string, body?: unknown) => Promise<DoorResponse> {
    const { certPem: cert, keyPem: key } = asker.certificate ?? {};
    const ca = this.ca.certPem;
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, cert, key });
    this.clients.push(agent);
    return (path, body) => this.ask(agent, path, body, asker.token);
  }

  /** One question on a connection of its own. */
  async asks(asker: Asker, path: string, body?: unknown): Promise<DoorResponse> {
    return this.connection(asker)(path, body);
  }

  /** The store as an agent with this identity has it. */
  agentStore(asker: Asker, server = 'gpu-1', url = this.url): DoorReportStore {
    const { certPem: cert, keyPem: key } = asker.certificate ?? {};
    const credentials: DoorCredentials = {
      server: server as ServerId,
      ...(asker.token && { authorization: `Bearer ${asker.token}` }),
      ...{ cert, key, ca: this.ca.certPem },
    };
    const addresses = new DoorAddresses({ random: () => 0.5 });
    const client = new DoorClient(url, { current: () => credentials }, addresses);
    this.clients.push({ destroy: () => client.close() });
    return new DoorReportStore(client, { policy: this.policy });
  }

  /** One sample of its metrics. */
  async metric(sample: string): Promise<number | undefined> {
    const text = await this.metrics.registry.metrics();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.slice(sample.length));
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const client of this.clients) client.destroy();
    if (this.listener.server.listening) await this.kill();
    this.copy.onModuleDestroy();
    await this.folder.remove();
  }

  private logger() {
    const destination = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    return createLogger({ app: 'ingest', level: 'info' }, destination);
  }

  private ask(agent: Agent, path: string, body: unknown, token?: string): Promise<DoorResponse> {
    const bytes =
      typeof body === 'string' || Buffer.isBuffer(body) ? body : body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          agent,
          host: 'localhost',
          port: this.port,
          path,
          method: body === undefined ? 'GET' : 'POST',
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            const { statusCode: status = 0, headers } = response;
            const json = JSON.parse(text) as Record<string, unknown>;
            resolve({ status, headers: headers as DoorResponse['headers'], json });
          });
        },
      );
      request.on('error', reject);
      request.end(bytes);
    });
  }
}
