import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  listenError,
  Metrics,
  OpsServer,
  PinoLoggerService,
  redisMetrics,
  type Logger,
} from '@rollcall/observability';
import { SessionStoreModule, type StoreObserver } from '@rollcall/session-store';
import { Draining } from './http/draining';
import { createHttpAdapter } from './http/http-adapter';
import { LookupGate } from './resolve/lookup-gate';
import type { ListenConfig, ResolverConfig } from './resolver.config';
import { ResolverModule } from './resolver.module';
import { RollRenewalService } from './roll/roll-renewal.service';
import { StoreWatch } from './roll/store-watch';

export interface RunningResolver {
  readonly port: number;
  readonly opsPort: number;
  /** Not ready at once; lookups under way are answered; then the store's connection is closed, and health last. */
  stop(): Promise<void>;
}

export type OpenStore = (observer: StoreObserver) => DynamicModule;

/** Starts a resolver; with `openStore` on another store than the Redis of its configuration. */
export async function startResolver(
  config: ResolverConfig,
  logger: Logger,
  openStore: OpenStore = (observer) => redisStore(config, observer),
): Promise<RunningResolver> {
  const metrics = new Metrics();
  const watch = new StoreWatch(redisMetrics(metrics));
  const store = openStore(watch);
  const app = await NestFactory.create<NestFastifyApplication>(
    ResolverModule.register({ config, metrics, logger, store }),
    createHttpAdapter(),
    { bodyParser: false, abortOnError: false, logger: new PinoLoggerService(logger) },
  );
  const server: Server = app.getHttpServer();
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
  const stop = async () => {
    stopping = true;
    await new Draining(server, () => app.get(LookupGate).close()).run();
    await app.close();
    await ops.stop();
  };
  try {
    const { port: opsPort } = await ops.start();
    const port = await listen(app, config.listen);
    logger.info({ host: config.listen.host, port, metricsPort: opsPort }, 'answering lookups');
    return { port, opsPort, stop };
  } catch (error) {
    await Promise.allSettled([app.close(), ops.stop()]);
    throw error;
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
