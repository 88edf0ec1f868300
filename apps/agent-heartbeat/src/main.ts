import 'reflect-metadata';
import { readEnvOrExit } from '@rollcall/config';
import { createLogger, runMain } from '@rollcall/observability';
import { ABOUT, AGENT_SETTINGS } from './agent.config';
import { startAgent } from './start-agent';

/** Another agent has this server id: starting this one again would only take it back. */
const EXIT_SUPERSEDED = 3;

const config = readEnvOrExit(AGENT_SETTINGS, process.env, ABOUT);
const logger = createLogger({ app: 'agent', level: config.log.level });

runMain('agent', logger, async () => {
  const agent = await startAgent(config, logger);
  void agent.conflict.then(async () => {
    await agent.stop();
    process.exit(EXIT_SUPERSEDED);
  });
  return agent;
});
