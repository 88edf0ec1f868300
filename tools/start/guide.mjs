import { DEMO_ENVIRONMENT, HOSTS, LONE_SESSION, sessionsFile } from './demo-fleet.mjs';
import { shown } from './paths.mjs';

/** The lookup that is shown in the demo, and tried before it is. */
export function lookupUrl(resolver, session = LONE_SESSION, transport = 'HTTP') {
  return `${resolver.url}/resolveSession?sessionId=${session}&transport=${transport}`;
}

/** How to use the demo; the lookup comes last, so that it stays in sight above the table. */
export function demoGuide({ resolver, redis, roll }) {
  const [first, second, third] = HOSTS;
  const setting = `${redisSetting(redis)}ROLL=${roll}`;
  const allowed = `ENDPOINT_ALLOW=${DEMO_ENVIRONMENT.ENDPOINT_ALLOW}`;
  return `Also worth asking for: ${first.id}~console; console (404: several hosts have one); ${third.id}~console
with transport=QUIC (404: that host offers none). To open and close sessions, edit
${shown(sessionsFile(second))}. To watch what happens${redis.given ? ', with the same REDIS_URL' : ''}:

${setting} npx --no rollcall watch

To make the links that open a session (here they lead nowhere, as nothing listens):

${setting} ${allowed} npx --no rollcall connect ${first.id}~console --user you --gateway localhost

Ctrl-C stops everything. To ask where a session is:

curl -s -X POST '${lookupUrl(resolver)}'`;
}

/** How to make real gateways and hosts use the services. */
export function serviceGuide({ resolver, redis, roll }) {
  const setting = redisSetting(redis) + (roll ? `ROLL=${roll} ` : '');
  const reach = redis.given
    ? 'An agent runs on each DCV host, with the same REDIS_URL:'
    : `An agent runs on each DCV host. The Redis that was started here is reached from this machine alone:
for other hosts, start again with the REDIS_URL of one that they reach, too.`;
  return `A gateway asks the resolver at http://<a DNS name of this machine>:${resolver.port}
(its [resolver] url; a gateway takes a name there, not an address).

${reach}

${setting}AGENT_ENDPOINT=<address of the host> node apps/agent-heartbeat/dist/main.js

Ctrl-C stops everything. Servers and sessions, from another terminal:

${setting}npx --no rollcall sessions`;
}

/** A Redis of the user's is in the environment already, perhaps with a password in its URL. */
function redisSetting(redis) {
  return redis.given ? '' : `REDIS_URL=${redis.url} `;
}
