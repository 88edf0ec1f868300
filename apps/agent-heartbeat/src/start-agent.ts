import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { redisAddress } from '@rollcall/config';
import {
  Metrics,
  OpsServer,
  PinoLoggerService,
  type Logger,
  type RunningApp,
} from '@rollcall/observability';
import type { AgentConfig } from './agent.config';
import { AgentModule } from './agent.module';
import { Agent } from './agent.service';
import { nextLife, type Identity } from './identity/identity';
import { machineFingerprint } from './identity/machine-id';
import { takePlannedStop } from './identity/planned-stop';
import { makeStateDir } from './identity/state-file';
import { lockStateDir } from './identity/state-lock';
import { IdentityFiles } from './report-door/identity-files';

/** Another agent has this server id: starting this one again would only take it back. */
const EXIT_SUPERSEDED = 3;

/**
 * In this order: nobody else on the state directory, a boot number nobody has used, health, reports. The agent ends by
 * itself only if it has to give way to another one.
 */
export async function startAgent(config: AgentConfig, logger: Logger): Promise<RunningApp> {
  const { stateDir, serverId: configured } = config.host;
  makeStateDir(stateDir);
  const lock = await lockStateDir(stateDir);
  const machine = await machineFingerprint();
  const files = config.door && IdentityFiles.open(stateDir, config.door);
  const shown = files?.server;
  const identity = nextLife({ stateDir, configured, shown, machine, nowMs: Date.now() });
  const returning = takePlannedStop(stateDir, Date.now(), config.timing.leaseTtlMs);
  announce(logger, config, identity, returning);

  const metrics = new Metrics();
  const app = await NestFactory.createApplicationContext(
    AgentModule.register({ config, identity, files, returning, metrics }),
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

  const ended = agent.run().then(() => EXIT_SUPERSEDED);
  let stopped: Promise<void> | undefined;
  return {
    ended,
    stop: () => (stopped ??= stopAll(agent, app, ops).finally(() => lock.release())),
  };
}

async function stopAll(agent: Agent, app: INestApplicationContext, ops: OpsServer): Promise<void> {
  await Promise.all([agent.stop(), ops.stop()]);
  await app.close();
}

function announce(
  logger: Logger,
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
  const endpoint = config.endpoint.endpoint;
  const to = config.door ? { door: config.door.url.origin } : { redis: redisAddress(config.redis) };
  logger.info({ server, boot, origin, returning, endpoint, ...to }, 'the agent starts');
}
