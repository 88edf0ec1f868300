import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';
import { stateDir } from './paths.mjs';

const ADDRESS = '127.0.0.1';
const demoDir = join(stateDir, 'demo');
const templates = join(root, 'tools/demo/sessions');

/** A session that one host alone has, so that its bare id resolves. */
export const LONE_SESSION = 'design';

/** The simulated hosts; nothing listens on their ports. The last one offers no QUIC. */
export const HOSTS = [
  { id: 'demo-1', httpPort: 18443, quicPort: 18443 },
  { id: 'demo-2', httpPort: 28443, quicPort: 28443 },
  { id: 'demo-3', httpPort: 38443, quicPort: 0 },
];

/** The file that says which sessions a simulated host has; whoever edits it opens and closes sessions. */
export function sessionsFile(host) {
  return join(demoDir, host.id, 'sessions.json');
}

/** Gives every simulated host the sessions it starts with. */
export function prepareHosts() {
  for (const host of HOSTS) {
    mkdirSync(join(demoDir, host.id), { recursive: true });
    copyFileSync(join(templates, `${host.id}.json`), sessionsFile(host));
  }
}

/** How many sessions the simulated hosts start with. */
export function sessionCount() {
  const lists = HOSTS.map((host) => JSON.parse(readFileSync(sessionsFile(host), 'utf8')));
  return lists.flat().length;
}

/** What the agent of a simulated host is told. */
export function agentEnvironment(host) {
  return {
    AGENT_SERVER_ID: host.id,
    AGENT_STATE_DIR: join(demoDir, host.id, 'agent'),
    AGENT_DCV_COMMAND: join(root, 'tools/demo/dcv'),
    AGENT_ENDPOINT: ADDRESS,
    AGENT_HTTP_PORT: String(host.httpPort),
    AGENT_QUIC_PORT: String(host.quicPort),
    DEMO_SESSIONS_FILE: sessionsFile(host),
  };
}

/** What everybody on the demo's roll is told. */
export const DEMO_ENVIRONMENT = {
  ENDPOINT_ALLOW: `${ADDRESS}/8`,
  ENDPOINT_PORTS: '1024-65535',
};

/**
 * The roll that the demo is called on. On a Redis that others use, too, it has a name of its own per checkout: two demos
 * with the same server ids would take each other for an earlier life of the same hosts.
 */
export function demoRoll(isShared) {
  if (!isShared) return 'demo';
  const file = join(demoDir, 'roll');
  mkdirSync(demoDir, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, `demo-${randomBytes(4).toString('hex')}`);
  return readFileSync(file, 'utf8');
}
