import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const SERVER = 'gpu-1';
const SESSIONS = 'tools/demo/sessions/demo-2.json';

/** As the agent is shipped: the unit in the README starts it with these flags of Node. */
export const AGENT_FLAGS = '--v8-pool-size=1 --optimize-for-size --no-opt';

/** A session that the host has all the time. */
export const AGENT_SESSION = `${SERVER}~console`;

/** A real agent as it is shipped, on a host whose dcv is the demo's; `nodeArgs` are flags of Node. Ends with the stage. */
export async function startDemoAgent(stage, { nodeArgs = AGENT_FLAGS.split(' ') } = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), 'rollcall-scale-agent-'));
  stage.atEnd(() => rmSync(stateDir, { recursive: true, force: true }));
  const agent = await stage.site.startApp('agent', 'agent-heartbeat', {
    nodeArgs,
    settings: {
      AGENT_SERVER_ID: SERVER,
      AGENT_STATE_DIR: stateDir,
      AGENT_DCV_COMMAND: join(root, 'tools/demo/dcv'),
      AGENT_ENDPOINT: '127.0.0.1',
      AGENT_HTTP_PORT: '8443',
      AGENT_QUIC_PORT: '0',
      DEMO_SESSIONS_FILE: join(root, SESSIONS),
    },
  });
  const { client, site } = stage;
  const isOnRoll = async () => (await client.zscore(site.keys.due, SERVER)) !== null;
  await stage.until('the agent has reported', isOnRoll, 20_000);
  return agent;
}
