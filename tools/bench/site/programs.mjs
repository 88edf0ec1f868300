import { PROGRAMS as OF_DOORS } from '../../doors/programs.mjs';

const PYTHON = '/usr/lib/python3/dist-packages';

/** What a bench runs besides Node and Redis. */
export const PROGRAMS = {
  wrk: { package: 'wrk', names: ['wrk'] },
  nginx: OF_DOORS.nginx,
  nginxLua: OF_DOORS.nginxLua,
  flask: { package: 'python3-flask', names: [`${PYTHON}/flask/app.py`] },
  pythonRedis: { package: 'python3-redis', names: [`${PYTHON}/redis/client.py`] },
  gunicorn: { package: 'gunicorn', names: ['gunicorn'] },
};
