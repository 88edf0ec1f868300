/** What the door tests run besides Node. */
export const PROGRAMS = {
  nginx: { package: 'nginx', names: ['nginx'], service: 'nginx' },
  nginxLua: {
    package: 'libnginx-mod-http-lua',
    names: ['/usr/lib/nginx/modules/ngx_http_lua_module.so'],
  },
  apache: { package: 'apache2', names: ['apache2'], service: 'apache2' },
  chromium: { package: 'chromium', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  openssl: { package: 'openssl', names: ['openssl'] },
  curl: { package: 'curl', names: ['curl'] },
};
