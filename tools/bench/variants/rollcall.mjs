import { join } from 'node:path';
import { root } from '../../setup/install.mjs';
import { freePort } from '../../start/ports.mjs';

const MAIN = join(root, 'apps/resolver/dist/main.js');

/** The resolver as built, with nothing switched off. */
export const rollcall = {
  name: 'rollcall',
  title: 'Rollcall',
  onNode: true,
  programs: [],
  async launch({ node, port, site }) {
    const env = {
      ...site.settings,
      RESOLVER_HOST: '127.0.0.1',
      RESOLVER_PORT: String(port),
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: String(await freePort()),
      ENDPOINT_ALLOW: site.endpoints,
    };
    return { command: [node, MAIN], env };
  },
};
