import { canInstallDebianPackages, installDebianPackages } from '../setup/debian-packages.mjs';
import { build } from '../setup/build.mjs';
import { installDependencies } from '../setup/install.mjs';
import { chooseRedis } from '../test/choose-redis.mjs';
import { reportCounts, runJest } from '../test/run-jest.mjs';
import { SERVICES, missingPackages } from './programs.mjs';

const PROJECT = 'tools/jest.doors.config.cjs';
const USAGE = `usage: npm run test:doors [-- path …]

Runs the Connection Gateway, nginx and Apache as doors to stand-in DCV hosts, with the built apps and headless Chromium.
A path picks test files that contain it: nginx, apache, gateway.

  Needs Debian's nginx, libnginx-mod-http-lua, apache2, chromium, openssl and curl; root on Debian or Ubuntu has
  them installed, anybody else is told which are missing. TEST_REDIS works as with npm test.`;

async function main(patterns) {
  await bringPrograms();
  await installDependencies();
  build(', so no test was run');
  const redis = await chooseRedis();
  reportCounts(await runJest('doors', [PROJECT], patterns, redis.environment), [redis]);
}

async function bringPrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (canInstallDebianPackages()) {
    const services = missing.map((name) => SERVICES[name]).filter(Boolean);
    await installDebianPackages(missing, services);
  }
  const stillMissing = missingPackages();
  if (stillMissing.length === 0) return;
  throw new Error(
    `The door tests need what these packages have: ${stillMissing.join(', ')}. ` +
      `On Debian or Ubuntu: apt-get install ${stillMissing.join(' ')}`,
  );
}

function readArguments(args) {
  if (args.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  const unknown = args.find((arg) => arg.startsWith('-'));
  if (unknown) throw new Error(`Not understood: ${unknown}\n${USAGE}`);
  return args;
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
