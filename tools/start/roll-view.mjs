import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../setup/install.mjs';

const require = createRequire(import.meta.url);
const fromCli = (name) => require(join(root, 'apps/cli/dist', name));

/** Opens the roll as `rollcall` sees it; only once everything is built. */
export async function openRollView(environment) {
  const { openRoll } = fromCli('roll/open-roll.js');
  const { takeSnapshot } = fromCli('roll/roll-snapshot.js');
  const roll = await openRoll(environment);
  await roll.ready();
  const read = () => takeSnapshot(roll);
  return {
    settleAfterMs: roll.policy.settleAfterMs,
    /** How many sessions are on the roll. */
    sessionCount: async () => countSessions(await read()),
    /** Shows servers and sessions until the signal: redrawn in a terminal, else printed when something has changed. */
    follow: (signal, isTty) => follow({ read, address: roll.address }, signal, isTty),
  };
}

function follow({ read, address }, signal, isTty) {
  const { follow: followView } = fromCli('output/live-view.js');
  const { outageSentence } = fromCli('roll/with-roll.js');
  const { processTerminal } = fromCli('terminal.js');
  const terminal = Object.assign(processTerminal(), { isTty, interruption: () => signal });
  const pause = (durationMs) => sleep(durationMs, undefined, { signal }).catch(() => undefined);
  const outage = (error) => outageSentence(error, address);
  return followView({ terminal, pause }, { read, text, essence, outage }, { json: false });
}

function text({ settled, protections, servers }) {
  const { protectionBanner } = fromCli('protect/protection.banner.js');
  const { serverRows } = fromCli('servers/server-rows.js');
  const { serversTable } = fromCli('servers/servers.table.js');
  const { sessionRows } = fromCli('sessions/session-rows.js');
  const { sessionsTable } = fromCli('sessions/sessions.table.js');
  const tables = [serversTable(serverRows(servers)), '', sessionsTable(sessionRows(servers))];
  const banner = protectionBanner(protections);
  return [
    ...(banner === undefined ? [] : [banner, '']),
    ...(settled ? [] : ['The roll is not settled: nobody is struck off.', '']),
    ...(servers.length > 0 ? tables : ['Nobody is on the roll.']),
  ].join('\n');
}

/** Everything but what changes by time alone. */
function essence({ settled, protections, servers }) {
  const { essenceOfZone } = fromCli('protect/protected-zone.js');
  const rows = servers.map(({ record, state }) => {
    const { server, endpoint, healthy, sessions } = record;
    return [server, state, healthy, endpoint, sessions];
  });
  return [settled, protections.map(essenceOfZone), rows];
}

function countSessions({ servers }) {
  return servers.reduce((total, { record }) => total + record.sessions.length, 0);
}
