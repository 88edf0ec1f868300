import { once } from 'node:events';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { redisAddress } from '@rollcall/config';
import { Draining, Listener, RefusedConnections, type BoundedGate } from '@rollcall/http';
import {
  BoundedLogs,
  listenError,
  Metrics,
  OpsServer,
  PinoLoggerService,
  type Logger,
} from '@rollcall/observability';
import { HangupSignal, ServerTls, type TlsPort } from '@rollcall/tls';
import type { IngestAppConfig } from '../ingest.config';
import { INGEST_TLS_SETTINGS, type IngestConfig } from '../settings/ingest.settings';
import { ReportDoor } from './door/report-door';
import { IdentityCopy } from './identity/identity-copy.service';
import { IngestModule, PING_GATE, REPORT_GATE } from './ingest.module';

/** A certificate is one of two identities: who shows none may still have a token. */
const TLS_PORT: TlsPort = { name: 'reports', clients: 'optional' };

export interface RunningIngest {
  readonly port: number;
  readonly opsPort: number;
  /** Not ready at once; agents are asked to go elsewhere with their next answers; then the store's connection is closed. */
  stop(): Promise<void>;
}

/**
 * Starts a report door; with `store` on another store than the Redis of its configuration. From then on, until it is
 * stopped, SIGHUP has the TLS files read again.
 */
export async function startIngest(
  config: IngestAppConfig,
  logger: Logger,
  store?: DynamicModule,
): Promise<RunningIngest> {
  const metrics = new Metrics();
  const logs = new BoundedLogs(logger);
  const tlsConfig = { ...config.ingest.tls, settings: INGEST_TLS_SETTINGS };
  const tls = await ServerTls.open({ config: tlsConfig, metrics, logger, logs });
  const app = await NestFactory.createApplicationContext(
    IngestModule.register({ config, metrics, logs, logger, tls, store }),
    { logger: new PinoLoggerService(logger), abortOnError: false },
  );
  const listener = openListener(config.ingest, app, tls, new RefusedConnections(metrics, logs));
  const copy = app.get(IdentityCopy);
  let stopping = false;
  const ops = new OpsServer({
    ...config.metrics,
    metrics,
    logger,
    readiness: () => [stopping ? 'the report door is stopping' : (copy.problem() ?? [])].flat(),
    liveness: () => [copy.livenessProblem() ?? []].flat(),
  });
  const reload = new HangupSignal(logger, tls);
  const stop = async () => {
    stopping = true;
    await new Draining(
      listener.server,
      () => [REPORT_GATE, PING_GATE].forEach((gate) => app.get<BoundedGate>(gate).close()),
      () => listener.cut(),
    ).run();
    await app.close();
    tls.stop();
    await ops.stop();
    reload.stop();
    logs.stop();
  };
  try {
    const { port: opsPort } = await ops.start();
    const port = await listen(listener, config.ingest);
    tls.start();
    reload.start();
    logs.start();
    announce(config, logger, port, opsPort);
    return { port, opsPort, stop };
  } catch (error) {
    await Promise.allSettled([app.close(), ops.stop()]);
    throw error;
  }
}

function openListener(
  { connectionsPerAddressMax }: IngestConfig,
  app: INestApplicationContext,
  tls: ServerTls,
  refusals: RefusedConnections,
): Listener {
  const listener = new Listener(app.get(ReportDoor).answer, {
    tls: tls.serverOptions(TLS_PORT),
    connectionsPerAddressMax,
    refused: (reason, sourceAddress) => refusals.refused(reason, 'INGEST_PORT', sourceAddress),
  });
  tls.serve(TLS_PORT, listener.server as TlsServer);
  return listener;
}

async function listen({ server }: Listener, { host, port }: IngestConfig): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const settings = { hostSetting: 'INGEST_HOST', portSetting: 'INGEST_PORT' };
    throw listenError({ host, port, ...settings }, cause);
  }
  return (server.address() as AddressInfo).port;
}

function announce(
  { ingest, redis }: IngestAppConfig,
  logger: Logger,
  port: number,
  metricsPort: number,
): void {
  const certificates = ingest.tls.clientCaFile !== undefined;
  const details = { host: ingest.host, port, metricsPort, certificates };
  logger.info({ ...details, redis: redisAddress(redis) }, 'taking reports');
}
