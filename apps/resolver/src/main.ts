import 'reflect-metadata';
import { readEnvOrExit } from '@rollcall/config';
import { createLogger, runMain } from '@rollcall/observability';
import { startResolver } from './resolver.application';
import { RESOLVER_SETTINGS } from './resolver.config';

const ABOUT =
  'rollcall resolver: tells Amazon DCV Connection Gateways and proxies which host carries a session, and verifies connection tokens for DCV servers.';

const config = readEnvOrExit(RESOLVER_SETTINGS, process.env, ABOUT);
const logger = createLogger({ app: 'resolver', level: config.log.level });
runMain('resolver', logger, () => startResolver(config, logger));
