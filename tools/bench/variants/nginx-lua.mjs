import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFile } from '../../setup/programs.mjs';
import { bringLuaRedis } from '../site/lua-redis.mjs';
import { PROGRAMS } from '../site/programs.mjs';

const SCRIPT = fileURLToPath(new URL('../peers/nginx/lookup.lua', import.meta.url));
const MODULES = '/usr/lib/nginx/modules';

/** nginx with a worker of its own, Lua in it, and kept connections to Redis. */
export const nginxLua = {
  name: 'nginx-lua',
  title: 'nginx + Lua + Redis',
  programs: [PROGRAMS.nginx, PROGRAMS.nginxLua],
  async launch({ port, site }) {
    const folder = site.folder('nginx');
    for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
      mkdirSync(join(folder, name), { recursive: true });
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configuration({ folder, port, site, libraries: await bringLuaRedis() }));
    return { command: [programFile(PROGRAMS.nginx), '-p', folder, '-e', 'stderr', '-c', file] };
  },
};

function configuration({ folder, port, site, libraries }) {
  return `load_module ${MODULES}/ndk_http_module.so;
load_module ${MODULES}/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 2048; }
http {
  access_log off;
  lua_package_path '${libraries}/?.lua;;';
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port};
    location = /resolveSession {
      set $redis_port ${site.redisPort};
      set $key_prefix '${site.preparedPrefix}';
      content_by_lua_file ${SCRIPT};
    }
  }
}
`;
}
