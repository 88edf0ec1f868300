/** What a program needs that runs agents in its own process, many at once: `@rollcall/agent-heartbeat/embedded`. */
export type { AgentObserver } from './agent.metrics';
export type { Agent } from './agent.service';
export { assembleAgent, type AgentParts } from './assemble-agent';
export { nextBoot } from './identity/identity';
export { isRecentStop } from './identity/planned-stop';
export { DcvSettings } from './settings/dcv.settings';
