// Prints the settings that libs/config and every `*_SETTINGS` of an apps/<app>/src/*.config.ts declare, as JSON.
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

// Some defaults depend on the platform: show those of Linux, wherever this runs.
Object.defineProperty(process, 'platform', { value: 'linux' });

const root = join(__dirname, '../..');
const config = require(join(root, 'libs/config/src/index.ts'));

const library = {
  'The store': config.RedisSettings,
  Timing: config.TimingSettings,
  'Believing hosts that have fallen silent': config.BeliefSettings,
  'Endpoints that hosts may report': config.EndpointSettings,
  'Connection tokens': config.TokenSettings,
  'Links of rollcall connect': config.ConnectSettings,
  'Health and metrics': config.metricsSettings(0),
  Logs: config.LogSettings,
};

function settingsOfApp(app) {
  const folder = join(root, 'apps', app, 'src');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.config.ts'))
    .flatMap((file) => Object.entries(require(join(folder, file))))
    .filter(([name]) => name.endsWith('_SETTINGS'))
    .flatMap(([, groups]) => Object.values(groups))
    .flatMap((group) => config.settingsOf(group));
}

const apps = readdirSync(join(root, 'apps')).sort();
console.log(
  JSON.stringify({
    library: Object.fromEntries(
      Object.entries(library).map(([title, group]) => [title, config.settingsOf(group)]),
    ),
    apps: Object.fromEntries(apps.map((app) => [app, settingsOfApp(app)])),
  }),
);
