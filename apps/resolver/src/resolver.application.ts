import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  BoundedLogs,
  listenError,
  Metrics,
  OpsServer,
  PinoLoggerService,
  redisMetrics,
  type Logger,
} from '@rollcall/observability';
import { SessionStoreModule, StoreWatch, type StoreObserver } from '@rollcall/session-store';
import { RefusedConnections, type BoundedGate } from '@rollcall/http';
import { HangupSignal, ServerTls, type ServerTlsParts, type TlsPaths } from '@rollcall/tls';
import { createHttpAdapter } from './http/http-adapter';
import { Listeners } from './http/listeners';
import { RefusedPaths } from './http/refused-paths';
import { ShortCut } from './http/short-cut';
import type { ListenConfig, ResolverConfig } from './resolver.config';
import { ResolverModule } from './resolver.module';
import { LOOKUP_GATE, VERIFICATION_GATE } from './resolver.tokens';
import { RollRenewalService } from './roll/roll-renewal.service';
import { TLS_FILE_SETTINGS } from './tls/tls.settings';

export interface RunningResolver {
  readonly port: number;
  /** Of verify and route: the same, unless they have a port of their own. */
  readonly hostsPort: number;
  readonly opsPort: number;
  /** Not ready at once; lookups under way are answered; then the store's connection is closed, and health last. */
  stop(): Promise<void>;
}

export type OpenStore = (observer: StoreObserver) => DynamicModule;

/**
 * Starts a resolver; with `openStore` on another store than the Redis of its configuration. From then on, until it is
 * stopped, SIGHUP does not end the process: it has the TLS files read again.
 */
export async function startResolver(
  config: ResolverConfig,
  logger: Logger,
  openStore: OpenStore = (observer) => redisStore(config, observer),
): Promise<RunningResolver> {
  const metrics = new Metrics();
  const logs = new BoundedLogs(logger);
  const tls = config.tls && (await openTls(config.tls, { metrics, logger, logs }));
  const refusals = {
    paths: new RefusedPaths(metrics, logs),
    connections: new RefusedConnections(metrics, logs),
  };
  const listeners = new Listeners(config.listen, refusals, tls);
  const watch = new StoreWatch(redisMetrics(metrics));
  const store = openStore(watch);
  const app = await NestFactory.create<NestFastifyApplication>(
    ResolverModule.register({ config, metrics, logs, store }),
    createHttpAdapter(listeners),
    { bodyParser: false, abortOnError: false, logger: new PinoLoggerService(logger) },
  );
  listeners.openShortCut(app.get(ShortCut));
  const roll = app.get(RollRenewalService);
  watch.onConnectionChanged((up) => roll.connectionChanged(up));
  let stopping = false;
  const problem = () => (stopping ? 'the resolver is stopping' : roll.problem());
  const ops = new OpsServer({
    ...config.metrics,
    metrics,
    logger,
    readiness: () => [problem() ?? []].flat(),
  });
  const reload = new HangupSignal(logger, tls);
  const drain = () =>
    listeners.drain(() => {
      for (const gate of [LOOKUP_GATE, VERIFICATION_GATE]) app.get<BoundedGate>(gate).close();
    });
  const stop = async () => {
    stopping = true;
    await drain();
    await app.close();
    tls?.stop();
    await ops.stop();
    reload.stop();
    logs.stop();
  };
  try {
    const { port: opsPort } = await ops.start();
    await app.init();
    const port = await listen(app, config.listen);
    const hostsPort = await listenForHosts(listeners, config.listen);
    tls?.start();
    reload.start();
    logs.start();
    announce(config, logger, { port, hostsPort, opsPort });
    return { port, hostsPort: hostsPort ?? port, opsPort, stop };
  } catch (error) {
    await Promise.allSettled([app.close(), ops.stop()]);
    throw error;
  }
}

function openTls(paths: TlsPaths, parts: Omit<ServerTlsParts, 'config'>): Promise<ServerTls> {
  return ServerTls.open({ config: { ...paths, settings: TLS_FILE_SETTINGS }, ...parts });
}

function announce(
  { listen: { host }, tls }: ResolverConfig,
  logger: Logger,
  { port, hostsPort, opsPort }: { port: number; hostsPort?: number; opsPort: number },
): void {
  const details = { host, port, hostsPort, metricsPort: opsPort, tls: tls !== undefined };
  logger.info(details, 'answering lookups');
  if (tls?.clientCaFile !== undefined && hostsPort === undefined) {
    logger.warn(
      'DCV servers and proxies will be refused: they have no client certificate, which RESOLVER_TLS_CLIENT_CA_FILE asks for; set RESOLVER_HOSTS_PORT',
    );
  }
}

function redisStore({ redis, timing }: ResolverConfig, observer: StoreObserver): DynamicModule {
  return SessionStoreModule.register({ redis, policy: timing, role: 'resolve', observer });
}

async function listen(app: NestFastifyApplication, { host, port }: ListenConfig): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const settings = { hostSetting: 'RESOLVER_HOST', portSetting: 'RESOLVER_PORT' };
    throw listenError({ host, port, ...settings }, cause);
  }
  return (app.getHttpServer().address() as AddressInfo).port;
}

async function listenForHosts(
  listeners: Listeners,
  { host, hostsPort: port = 0 }: ListenConfig,
): Promise<number | undefined> {
  try {
    return await listeners.listenForHosts(host);
  } catch (cause) {
    const settings = { hostSetting: 'RESOLVER_HOST', portSetting: 'RESOLVER_HOSTS_PORT' };
    throw listenError({ host, port, ...settings }, cause);
  }
}
