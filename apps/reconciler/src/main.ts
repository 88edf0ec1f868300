import 'reflect-metadata';
import { readEnvOrExit } from '@rollcall/config';
import { createLogger, runMain } from '@rollcall/observability';
import { startReconciler } from './reconciler.application';
import { RECONCILER_SETTINGS } from './reconciler.config';

const ABOUT =
  'rollcall reconciler: strikes off the servers that have stopped reporting, and keeps the books.';

const config = readEnvOrExit(RECONCILER_SETTINGS, process.env, ABOUT);
const logger = createLogger({ app: 'reconciler', level: config.log.level });
runMain('reconciler', logger, () => startReconciler(config, logger));
