import { within } from './within.mjs';

const agent = within('apps/agent-heartbeat/jest.config.cjs');

/** What agents and their reports over HTTPS rest on. */
export const AGENT_MUTANTS = [
  agent(
    'agent: a failing dcv is an empty list',
    { file: 'roster' },
    {
      file: 'apps/agent-heartbeat/src/roster/roster.ts',
      find: `if (reading.kind === 'failed') return { ...roster, failure: reading.reason };`,
      replace: `if (reading.kind === 'failed') return { vouchedAtMs: nowMs, ids: [], overflow: 0 };`,
    },
  ),
  agent(
    'agent: a failing dcv is believed for ever',
    { file: 'roster' },
    {
      file: 'apps/agent-heartbeat/src/roster/roster.ts',
      find: `if (failure !== undefined && nowMs - vouchedAtMs >= graceMs) {`,
      replace: `if (failure !== undefined && graceMs < 0) {`,
    },
  ),
  agent(
    'agent: a change waits for the next beat',
    { file: 'heartbeat.service' },
    {
      file: 'apps/agent-heartbeat/src/heartbeat/heartbeat.service.ts',
      find: `await this.waitUntil(performance.now() + nextBeatMs(policy, random), hasChanged);`,
      replace: `await this.waitUntil(performance.now() + nextBeatMs(policy, random), () => false && hasChanged());`,
    },
  ),
  agent(
    'agent: a returning fleet reports all at once',
    { file: 'store-away' },
    {
      file: 'apps/agent-heartbeat/src/heartbeat/heartbeat.service.ts',
      find: `const pauseMs = answersButRefuses ? nextBeatMs(policy, random) : spreadMs(policy, random);`,
      replace: `const pauseMs = answersButRefuses ? nextBeatMs(policy, random) : 0;`,
    },
  ),
  agent(
    'agent: another session of the same name is the same',
    { file: 'roster' },
    {
      file: 'apps/agent-heartbeat/src/roster/openings.ts',
      find: `return isSame ? before : { number, createdAtMs };`,
      replace: `return before;`,
    },
  ),
  agent(
    'agent: a reopening is told once, whether it arrived or not',
    { file: 'heartbeat.service' },
    {
      file: 'apps/agent-heartbeat/src/heartbeat/reporter.ts',
      find: `this.told.wasSent(standing, outcome.kind === 'applied');`,
      replace: `this.told.wasSent(standing, true);`,
    },
  ),
  agent(
    'agent: what reopened while it was not running is the same',
    { file: 'restarted', title: 'closed and opened anew meanwhile' },
    {
      file: 'apps/agent-heartbeat/src/heartbeat/told-sessions.file.ts',
      find: `return new Map(sessions.map(([id, createdAtMs]) => [id, opening(createdAtMs)]));`,
      replace: `return new Map(sessions.map(([id]) => [id, opening(null)]));`,
    },
  ),
  agent(
    'report door: the body says which server reports',
    { file: 'ingest/door/report-door', title: 'is not whom the body names' },
    {
      file: 'apps/agent-heartbeat/src/ingest/report/take-report.service.ts',
      find: `return named !== undefined && named !== server;`,
      replace: `return false;`,
    },
  ),
  agent(
    'report door: any token of a known server does',
    { file: 'ingest/door/report-door', title: 'is nobody with' },
    {
      file: 'apps/agent-heartbeat/src/ingest/identity/identity-check.ts',
      find: `const isGood = isAmong(digest, record);`,
      replace: `const isGood = record !== undefined && !record.revoked;`,
    },
  ),
  agent(
    'report door: a certificate outlives its revocation',
    { file: 'ingest/door/report-door', title: 'on an open connection either' },
    {
      file: 'apps/agent-heartbeat/src/ingest/identity/identity-check.ts',
      find: `return identities.get(shown.server)?.revoked`,
      replace: `return identities.size < 0`,
    },
  ),
  agent(
    'report door: a certificate need not be verified',
    { file: 'ingest/door/report-door', title: 'is nobody with a certificate' },
    {
      file: 'apps/agent-heartbeat/src/ingest/identity/shown-identity.ts',
      find: `const identity = socket.authorized`,
      replace: `const identity = subject`,
    },
  ),
  agent(
    'report door: an address need not be allowed',
    { file: 'ingest/door/report-door', title: 'is no address' },
    {
      file: 'apps/agent-heartbeat/src/ingest/report/take-report.service.ts',
      find: `if (refusal !== undefined) {`,
      replace: `if (refusal === 'never') {`,
    },
  ),
  agent(
    'report door: a hung store is waited for',
    { file: 'take-report', title: 'before an agent gives up' },
    {
      file: 'apps/agent-heartbeat/src/ingest/report/take-report.service.ts',
      find: `const SHARE_OF_PATIENCE = 0.7;`,
      replace: `const SHARE_OF_PATIENCE = 3;`,
    },
  ),
  agent(
    'identities: an emptied store gets nothing back',
    { file: 'identity-copy', title: 'gives' },
    {
      file: 'apps/agent-heartbeat/src/ingest/identity/identity-copy.service.ts',
      find: `if (reconciled.lost.length > 0) await this.restore(reconciled.lost);`,
      replace: ``,
    },
  ),
  agent(
    'identities: an old copy is believed',
    { file: 'identity-copy', title: 'is not believed' },
    {
      file: 'apps/agent-heartbeat/src/ingest/identity/identity-copy.service.ts',
      find: `return this.ageMs < BELIEVED_MS ? this.identities : undefined;`,
      replace: `return this.identities;`,
    },
  ),
  agent(
    'report door: Retry-After is not kept to',
    { file: 'door-report-store', title: 'when the door said so' },
    {
      file: 'apps/agent-heartbeat/src/report-door/door-report-store.ts',
      find: `if (this.now() < this.heldUntilMs) throw`,
      replace: `if (this.now() < 0) throw`,
    },
  ),
  agent(
    'report door: an answer of anybody is an outcome',
    { file: 'door-report-store', title: 'is away behind' },
    {
      file: 'apps/agent-heartbeat/src/report-door/door-report-store.ts',
      find: `if (!answer) throw this.silent('what answers there is no report door of this version');`,
      replace: `if (!answer) return { kind: 'applied' };`,
    },
  ),
  agent(
    'report door: a report that was sent twice counts as somebody else’s',
    { file: 'door-report-store', title: 'a broken connection' },
    {
      file: 'apps/agent-heartbeat/src/report-door/door-report-store.ts',
      find: `return { kind: repeated ? 'applied' : 'already-applied' };`,
      replace: `return { kind: 'already-applied' };`,
    },
  ),
  agent(
    'report door: a door that hangs is asked again',
    { file: 'door-client', title: 'leaves a door that hangs' },
    {
      file: 'apps/agent-heartbeat/src/report-door/door-client.ts',
      find: `this.addresses.failed(address);`,
      replace: ``,
    },
  ),
];
