import { fileURLToPath } from 'node:url';
import { PROGRAMS } from '../site/programs.mjs';

/** Debian's, which has Debian's packages; another one on the PATH has not. */
const PYTHON = '/usr/bin/python3';

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
    const command = [PYTHON, '-m', 'flask', '--app', 'app', 'run', '--port', String(port)];
    // It writes a line per request: whoever reads them would have its share of the machine.
    return { command, env: flaskSettings(site), cwd: FLASK_FOLDER, isQuiet: true };
  },
};
