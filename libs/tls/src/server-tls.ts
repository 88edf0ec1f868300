import type { Socket } from 'node:net';
import type { Server, ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { BoundedLogs, Logger, Metrics } from '@rollcall/observability';
import { readTlsFiles } from './tls-files';
import { checkTlsFiles, warnOfIdle, type TlsMaterial } from './tls-material';
import { secureContextOptions, serverOptions, type ClientCertificates } from './tls-options';
import { refusalOf, type FailedHandshake } from './tls-refusal';
import { TlsRefusalLog } from './tls-refusal.log';
import { TlsReload } from './tls-reload';
import { TlsMetrics } from './tls.metrics';
import type { TlsConfig } from './tls-config';

/** A port as TLS sees it. */
export interface TlsPort {
  /** How log lines call it. */
  readonly name: string;
  readonly clients: ClientCertificates;
}

/** What TLS is made of. */
export interface ServerTlsParts {
  readonly config: TlsConfig;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly logs: BoundedLogs;
  /** Unix time. */
  readonly nowMs?: () => number;
}

/** TLS on an app's ports: what they are opened with, what they are given later, and whom they turned away. */
export class ServerTls {
  private readonly servers = new Map<Server, TlsPort>();
  private readonly reloading: TlsReload;
  private readonly metrics: TlsMetrics;
  private readonly refusals: TlsRefusalLog;
  private rootsChanged = 0;

  private constructor(
    { config, metrics, logger, logs }: ServerTlsParts,
    initial: TlsMaterial,
    nowMs: () => number,
  ) {
    this.metrics = new TlsMetrics(metrics, () => this.reloading.material);
    this.refusals = new TlsRefusalLog(logs);
    this.reloading = new TlsReload({
      config,
      initial,
      apply: (material) => this.apply(material),
      reloaded: (outcome) => this.metrics.reloaded(outcome),
      logger,
      nowMs,
    });
  }

  /** @throws TlsFileError when the files do not do. */
  static async open(parts: ServerTlsParts): Promise<ServerTls> {
    const { config, logger, nowMs = Date.now } = parts;
    const material = checkTlsFiles(config, await readTlsFiles(config), nowMs());
    warnOfIdle(material, logger);
    return new ServerTls(parts, material, nowMs);
  }

  /** What the server of this port is made with. */
  serverOptions({ clients }: TlsPort): ServerOptions {
    return serverOptions(this.reloading.material.files, clients);
  }

  /** Gives this server new files when there are, and counts whom it refuses. */
  serve(port: TlsPort, server: Server): void {
    this.servers.set(server, port);
    const addresses = new ClosedAddresses(server);
    server.on('tlsClientError', (error: FailedHandshake, socket: TLSSocket) => {
      this.failed(port, error, socket, addresses);
      socket.destroy();
    });
  }

  /** Rises whenever other roots vouch for the clients than before: who was let in earlier was judged by those. */
  get clientRootsGeneration(): number {
    return this.rootsChanged;
  }

  start(): void {
    this.reloading.start();
  }

  /** Looks at the files at once. */
  reload(): Promise<void> {
    return this.reloading.lookNow();
  }

  stop(): void {
    this.reloading.stop();
  }

  private apply({ files }: TlsMaterial): void {
    if (files.clientCa !== this.reloading.material.files.clientCa) this.rootsChanged += 1;
    for (const [server, { clients }] of this.servers) {
      server.setSecureContext(secureContextOptions(files, clients));
    }
  }

  private failed(
    { name: port }: TlsPort,
    { code }: FailedHandshake,
    socket: TLSSocket,
    addresses: ClosedAddresses,
  ): void {
    const authorizationError: unknown = socket.authorizationError;
    const reason = refusalOf({ code, authorizationError });
    if (!reason) return;
    this.metrics.refused(reason);
    const cause = String(authorizationError || code);
    const address = socket.remoteAddress ?? addresses.closing;
    this.refusals.refused(reason, { port, cause, address });
  }
}

/**
 * Where the connection that is being closed came from. By the time a refused certificate is told, its TLS socket no
 * longer knows; but it is told while the connection under it closes.
 */
class ClosedAddresses {
  closing: string | undefined;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const { remoteAddress } = socket;
      socket.once('close', () => {
        this.closing = remoteAddress;
        queueMicrotask(() => (this.closing = undefined));
      });
    });
  }
}
