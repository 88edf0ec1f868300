import 'reflect-metadata';
import { readEnvOrExit } from '@rollcall/config';
import { createLogger, runMain } from '@rollcall/observability';
import { ABOUT, AGENT_SETTINGS } from './agent.config';
import { ABOUT_INGEST, INGEST_SETTINGS } from './ingest.config';
import { startIngest } from './ingest/start-ingest';
import { startAgent } from './start-agent';

if (process.env['AGENT_ROLE'] === 'ingest') {
  const config = readEnvOrExit(INGEST_SETTINGS, process.env, ABOUT_INGEST);
  const logger = createLogger({ app: 'ingest', level: config.log.level });
  runMain('ingest', logger, () => startIngest(config, logger));
} else {
  const config = readEnvOrExit(AGENT_SETTINGS, process.env, ABOUT);
  const logger = createLogger({ app: 'agent', level: config.log.level });
  runMain('agent', logger, () => startAgent(config, logger));
}
