import 'reflect-metadata';
import { readEnvOrExit } from '@rollcall/config';
import { createLogger, runMain } from '@rollcall/observability';
import { ABOUT, AGENT_SETTINGS } from './agent.config';
import { startAgent } from './start-agent';

const config = readEnvOrExit(AGENT_SETTINGS, process.env, ABOUT);
const logger = createLogger({ app: 'agent', level: config.log.level });

runMain('agent', logger, () => startAgent(config, logger));
