import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { redisAddress } from '@rollcall/config';
import {
  Metrics,
  OpsServer,
  PinoLoggerService,
  type createLogger,
  type RunningApp,
} from '@rollcall/observability';
import type { AgentConfig } from './agent.config';
import { AgentModule } from './agent.module';
import { Agent } from './agent.service';
import type { Conflict } from './heartbeat/conflicts';
import { nextLife, type Identity } from './identity/identity';
import { machineFingerprint } from './identity/machine-id';
import { takePlannedStop } from './identity/planned-stop';
import { makeStateDir } from './identity/state-file';
import { lockStateDir } from './identity/state-lock';

type AppLogger = ReturnType<typeof createLogger>;

export interface RunningAgent extends RunningApp {
  /** Resolves only if the agent has to give way to another one. */
  readonly conflict: Promise<Conflict>;
}

/** In this order: nobody else on the state directory, a boot number nobody has used, health, reports. */
export async function startAgent(config: AgentConfig, logger: AppLogger): Promise<RunningAgent> {
  const { stateDir, serverId } = config.host;
  makeStateDir(stateDir);
  const lock = await lockStateDir(stateDir);
  const machine = await machineFingerprint();
  const identity = nextLife({ stateDir, configured: serverId, machine, nowMs: Date.now() });
  const returning = takePlannedStop(stateDir, Date.now(), config.timing.leaseTtlMs);
  announce(logger, config, identity, returning);

  const metrics = new Metrics();
  const app = await NestFactory.createApplicationContext(
    AgentModule.register({ config, identity, returning, metrics }),
    { logger: new PinoLoggerService(logger), abortOnError: false },
  );
  const agent = app.get(Agent);
  const ops = new OpsServer({
    ...config.metrics,
    metrics,
    logger,
    readiness: () => agent.readinessProblems(),
    liveness: () => agent.livenessProblems(),
  });
  const { port } = await ops.start();
  logger.info({ port }, 'health and metrics are served');

  const conflict = agent.run();
  let stopped: Promise<void> | undefined;
  return {
    conflict,
    stop: () => (stopped ??= stopAll(agent, app, ops).finally(() => lock.release())),
  };
}

async function stopAll(agent: Agent, app: INestApplicationContext, ops: OpsServer): Promise<void> {
  await Promise.all([agent.stop(), ops.stop()]);
  await app.close();
}

function announce(
  logger: AppLogger,
  config: AgentConfig,
  identity: Identity,
  returning: boolean,
): void {
  const { server, boot, origin } = identity;
  if (origin === 'cloned') {
    logger.warn(
      'the state directory came from another machine: this one has made its own server id',
    );
  }
  const redis = redisAddress(config.redis);
  const endpoint = config.endpoint.endpoint;
  logger.info({ server, boot, origin, returning, endpoint, redis }, 'the agent starts');
}
