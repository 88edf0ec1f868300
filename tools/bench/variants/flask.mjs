import { fileURLToPath } from 'node:url';
import { PROGRAMS } from '../site/programs.mjs';

/** Where the application is that both of Flask's servers run. */
export const FLASK_FOLDER = fileURLToPath(new URL('../peers/flask', import.meta.url));

/** What it needs of the environment. */
export const flaskSettings = ({ settings, preparedPrefix }) => ({
  ...settings,
  KEY_PREFIX: preparedPrefix,
  PYTHONDONTWRITEBYTECODE: '1',
});

/** Flask behind its development server, which is how many a resolver is run that was tried out once. */
export const flask = {
  name: 'flask',
  title: "Flask's development server",
  programs: [PROGRAMS.flask, PROGRAMS.pythonRedis],
  async launch({ port, site }) {
    const command = ['python3', '-m', 'flask', '--app', 'app', 'run', '--port', String(port)];
    return { command, env: flaskSettings(site), cwd: FLASK_FOLDER, isQuiet: true };
  },
};
