import { programFile } from '../../setup/programs.mjs';
import { PROGRAMS } from '../site/programs.mjs';
import { FLASK_FOLDER, flaskSettings } from './flask.mjs';

/** As many as gunicorn's documentation proposes for one processor: twice as many as there are, and one. */
const WORKERS = 3;

/** Flask behind the server that its documentation proposes. */
export const gunicorn = {
  name: 'gunicorn',
  title: 'gunicorn + Flask',
  programs: [PROGRAMS.flask, PROGRAMS.pythonRedis, PROGRAMS.gunicorn],
  async launch({ port, site }) {
    const command = [
      ...[programFile(PROGRAMS.gunicorn), '--workers', String(WORKERS)],
      ...['--bind', `127.0.0.1:${port}`, 'app:app'],
    ];
    return { command, env: flaskSettings(site), cwd: FLASK_FOLDER };
  },
};
