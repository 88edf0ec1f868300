import { installDependencies, isInstalled } from '../setup/install.mjs';
import { ask } from './ask.mjs';
import { bringRedis } from './bring-redis.mjs';
import { DEMO_ENVIRONMENT, HOSTS, demoRoll, prepareHosts, sessionCount } from './demo-fleet.mjs';
import { demoGuide, lookupUrl, serviceGuide } from './guide.mjs';
import { logDir, shown } from './paths.mjs';
import { openRollView } from './roll-view.mjs';
import { Services } from './services.mjs';
import { lastWords } from './supervisor.mjs';
import { until } from './until.mjs';

const LOOPBACK = '127.0.0.1';
const SETTLE_MARGIN_MS = 30_000;
const LOOKUP_TIMEOUT_MS = 10_000;

/** Brings everything up, says how to use it, and shows the roll until the signal. */
export async function serve({ demo }, supervisor, progress, signal) {
  progress.say(`Rollcall${demo ? ' with a demo fleet' : ''}. Logs: ${shown(logDir)}`);
  await progress.step('Dependencies', () => install(supervisor), isInstalled() ? '' : 'npm ci');
  const redis = await progress.step('Redis', (tell) => bringRedis(supervisor, process.env, tell));
  await progress.step('Build', () => build(supervisor), 'npm run build');

  const environment = environmentFor(demo, redis);
  const services = new Services(supervisor, environment);
  const resolver = await progress.step('Resolver', () => services.startResolver());
  await progress.step('Reconciler', () => services.startReconciler());
  if (demo) await progress.step('Demo fleet', () => startFleet(services));

  const view = await openRollView(environment);
  const settling = `settles within ${Math.ceil(view.settleAfterMs / 1000)} s`;
  await progress.step('Roll', () => settle(view, resolver, demo), settling);
  if (demo) await progress.step('Lookup', () => tryLookup(resolver));

  const guide = demo ? demoGuide : serviceGuide;
  progress.say(`\n${guide({ resolver, redis, roll: environment.ROLL })}\n`);
  await view.follow(signal, progress.live);
}

async function install(supervisor) {
  if (isInstalled()) return { told: 'up to date' };
  const run = (command, args) => supervisor.task('npm-ci', command, args);
  await installDependencies(run).catch((error) => failWith(error.message, 'npm-ci'));
  return { told: 'installed with npm ci' };
}

async function build(supervisor) {
  const code = await supervisor.task('build', 'npm', ['run', '--silent', 'build']);
  if (code !== 0) failWith('npm run build failed.', 'build');
  return { told: 'apps and libs are built' };
}

function environmentFor(demo, redis) {
  const environment = { ...process.env, REDIS_URL: redis.url };
  if (!redis.given) {
    delete environment.REDIS_USERNAME;
    delete environment.REDIS_PASSWORD;
  }
  if (!demo) return environment;
  return {
    RESOLVER_HOST: LOOPBACK,
    METRICS_HOST: LOOPBACK,
    ROLL: demoRoll(redis.given),
    ...environment,
    ...DEMO_ENVIRONMENT,
  };
}

async function startFleet(services) {
  prepareHosts();
  await Promise.all(HOSTS.map((host) => services.startAgent(host)));
  return { told: `${HOSTS.map(({ id }) => id).join(', ')}, each with a stand-in for dcv` };
}

async function settle(view, resolver, demo) {
  let problems = [];
  const isReady = async () => {
    const answer = await ask(resolver.ready);
    problems = problemsIn(answer);
    return answer?.status === 200;
  };
  if (!(await until(isReady, view.settleAfterMs + SETTLE_MARGIN_MS))) {
    failWith(`The resolver is not ready: ${problems.join('; ')}.`, 'resolver');
  }
  if (!demo) return { told: 'settled' };

  const sessions = sessionCount();
  const isComplete = async () => (await view.sessionCount()) >= sessions;
  if (!(await until(isComplete, view.settleAfterMs))) {
    failWith(`The demo hosts have not reported all of their ${sessions} sessions.`, 'agent-demo-1');
  }
  return { told: `settled: ${HOSTS.length} servers, ${sessions} sessions` };
}

function problemsIn(answer) {
  try {
    return JSON.parse(answer?.body ?? '').problems ?? [];
  } catch {
    return ['its health check does not answer'];
  }
}

async function tryLookup(resolver) {
  const url = lookupUrl(resolver);
  let answer;
  const isFound = async () => (answer = await ask(url, 'POST'))?.status === 200;
  if (!(await until(isFound, LOOKUP_TIMEOUT_MS))) {
    failWith(`A lookup was answered ${answer?.status ?? 'by nobody'}: ${answer?.body}`, 'resolver');
  }
  return { told: 'the curl below was answered 200' };
}

function failWith(problem, name) {
  throw new Error(`${problem} ${lastWords(name)}`);
}
