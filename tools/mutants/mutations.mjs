import { BELIEF_MUTANTS } from './belief-mutations.mjs';

const LUA = 'libs/session-store/scripts';
const onRedis = (title) => ({ file: 'redis-session-store.integration', title });
const within =
  (config) =>
  (name, test, ...edits) => ({ name, config, test, edits });
const store = within('libs/session-store/jest.integration.config.cjs');
const domain = within('libs/domain/jest.config.cjs');
const agent = within('apps/agent-heartbeat/jest.config.cjs');
const resolver = within('apps/resolver/jest.config.cjs');
const http = within('libs/http/jest.config.cjs');
const tls = within('libs/tls/jest.config.cjs');
const reconciler = within('apps/reconciler/jest.config.cjs');
const events = within('libs/events/jest.integration.config.cjs');

/** Every mechanism of the lease protocol: how to take it out, and the tests that must notice. */
export const MUTANTS = [
  store('lease: answers never expire', onRedis('I1, I2: answers stand until'), {
    file: `${LUA}/report.lua`,
    find: `'=' .. answer .. '\\n' .. list, 'PXAT', roll.deadline)`,
    replace: `'=' .. answer .. '\\n' .. list)`,
  }),
  store('lease: a touch renews nothing', onRedis('I1: an unchanged report renews'), {
    file: `${LUA}/touch.lua`,
    find: `if redis.call('PEXPIREAT', answerKey, deadline) == 0 then`,
    replace: `if redis.call('EXISTS', answerKey) == 0 then`,
  }),
  store('fence: every report passes', onRedis('I3'), {
    file: `${LUA}/include/record.lua`,
    find: 'if not record then return nil end\n  if boot <',
    replace: 'if true then return nil end\n  if boot <',
  }),
  store('fence: boots are not compared', onRedis('I3'), {
    file: `${LUA}/include/record.lua`,
    find: `if boot < record.boot then return { 'superseded', record.boot } end`,
    replace: '',
  }),
  store('fence: an older sequence passes', onRedis('I3'), {
    file: `${LUA}/include/record.lua`,
    find: `if sequence < record.sequence then return { 'outdated', record.sequence } end`,
    replace: '',
  }),
  store('tombstone: an eviction forgets the fence', onRedis('I3: the fence outlives an eviction'), {
    file: `${LUA}/strike.lua`,
    find: `if boot > 0 then writeRecord(`,
    replace: `redis.call('DEL', recordKey)\nif false then writeRecord(`,
  }),
  store('ownership: the last claim wins', onRedis('I4: a second claim'), {
    file: `${LUA}/include/claims.lua`,
    find: `  if owner == roll.server then\n    if mark == '?'`,
    replace: `  if true then\n    if mark == '?'`,
  }),
  store(
    'ownership: a withdrawal takes whoever answers',
    onRedis('I4: a server that comes back late'),
    {
      file: `${LUA}/include/claims.lua`,
      find: `if owner == roll.server then redis.call('DEL', id.bare) end`,
      replace: `redis.call('DEL', id.bare)`,
    },
  ),
  store('ownership: a touch renews whoever answers', onRedis('I4'), {
    file: `${LUA}/touch.lua`,
    find: `claimed[key] = owner == mine or heldBare[key] or owner == provisional and redis.call('EXISTS', settledKey) == 0`,
    replace: `claimed[key] = true`,
  }),
  store('ambiguity: the last claim is never promoted', onRedis('I4: of three hosts'), {
    file: `${LUA}/include/claims.lua`,
    find: `if claims > 1 or not roll.settled then return false end`,
    replace: `if true then return false end`,
  }),
  store('ambiguity: a claim is promoted before the roll has settled', onRedis('I5'), {
    file: `${LUA}/include/claims.lua`,
    find: `if claims > 1 or not roll.settled then return false end`,
    replace: `if claims > 1 then return false end`,
  }),
  store('ambiguity: lapsed claims stay', onRedis('I4: of three hosts with one bare id two lapse'), {
    file: `${LUA}/include/claims.lua`,
    find: `  for _, server in ipairs(lapsed) do`,
    replace: `  for _, server in ipairs({}) do`,
  }),
  store(
    'ambiguity: a contest outlives its claims',
    onRedis('a contest ends with the last lease|keeps I1–I4'),
    {
      file: `${LUA}/include/claims.lua`,
      find: `  contestLasts(id, latest[2])\n`,
      replace: '',
    },
  ),
  store('settled: the roll always is', onRedis('settling'), {
    file: `${LUA}/include/pulse.lua`,
    find: `if now - since >= settleAfter then`,
    replace: `if true then`,
  }),
  store('settled: a gap in the writing does not count', onRedis('settling'), {
    file: `${LUA}/include/pulse.lua`,
    find: `if last and now >= last and now - last <= gap then`,
    replace: `if last then`,
  }),
  store('settled: the fact outlives the gap', onRedis('an empty roll settles'), {
    file: `${LUA}/include/pulse.lua`,
    find: `redis.call('SET', settledKey, '1', 'PX', gap)`,
    replace: `redis.call('SET', settledKey, '1')`,
  }),
  store('provisional: the first claim after a loss is believed', onRedis('I5'), {
    file: `${LUA}/include/claims.lua`,
    find: `return answerFor(id, '?', roll.server, roll.answer, roll.deadline)`,
    replace: `return answerFor(id, '=', roll.server, roll.answer, roll.deadline)`,
  }),
  store('last known: forgotten with the lease', onRedis('after an outage the last known answers'), {
    file: `${LUA}/include/record.lua`,
    find: `redis.call('SET', recordKey, header .. body, 'PX', retention)`,
    replace: `redis.call('SET', recordKey, header .. body, 'PX', 1200)`,
  }),
  store('last known: kept for ever', onRedis('I7, I8'), {
    file: `${LUA}/include/record.lua`,
    find: `redis.call('SET', recordKey, header .. body, 'PX', retention)`,
    replace: `redis.call('SET', recordKey, header .. body)`,
  }),
  store(
    'eviction: no re-check of fence and lease',
    onRedis('spares who has reported since'),
    {
      file: `${LUA}/strike.lua`,
      find: `if found.boot ~= seenBoot or found.sequence ~= seenSequence then return { 'renewed' } end`,
      replace: '',
    },
    {
      file: `${LUA}/strike.lua`,
      find: `if why == 'lapsed' and (tonumber(leaseEnd) > now or redis.call('EXISTS', keys.answer) == 1) then return { 'renewed' } end`,
      replace: '',
    },
  ),
  store(
    'eviction: also before the roll has settled',
    onRedis('after an outage the last known answers'),
    {
      file: `${LUA}/strike.lua`,
      find: `if (why == 'lapsed' or releases) and not settled then return { 'unsettled' } end`,
      replace: '',
    },
  ),
  store('eviction: published by everybody who tries', onRedis('strikes off who is lapsed, once'), {
    file: `${LUA}/strike.lua`,
    find: `if not leaseEnd and why ~= 'withdrawn' then return { 'gone' } end`,
    replace: `leaseEnd = leaseEnd or 0`,
  }),
  store('leaving: the lease is not cut', onRedis('the lease of a server that leaves'), {
    file: 'libs/session-store/src/report.operations.ts',
    find: `report.leaving ? policy.leavingLeaseMs : policy.leaseTtlMs`,
    replace: `policy.leaseTtlMs`,
  }),
  store(
    'touch: every report is sent in full',
    { file: 'round-trips', title: 'unchanged report' },
    {
      file: 'libs/session-store/src/report.operations.ts',
      find: `if (known && this.isUnchanged(report, known)) {`,
      replace: `if (known && this.isUnchanged(report, known) && report.sequence === 0) {`,
    },
    {
      file: 'libs/session-store/src/report.operations.ts',
      find: `return this.reportInFull(report, known ?? NOTHING_KNOWN);`,
      replace: `return this.reportInFull(report, NOTHING_KNOWN);`,
    },
  ),
  store(
    'I6: a hit costs two reads',
    { file: 'round-trips', title: 'a hit with one GET' },
    {
      file: 'libs/session-store/src/lookup.operations.ts',
      find: `if (value === null) return`,
      replace: `await redis.get(keys.settled);\n    if (value === null) return`,
    },
  ),
  store(
    'full memory: a report half applied',
    { file: 'refused-writes', title: 'applies nothing of its report' },
    {
      file: `${LUA}/report.lua`,
      find: `writeRecord(keys.record, boot, sequence, now, state, digest,`,
      replace: `redis.call('PEXPIRE', keys.due, 1000)\nwriteRecord(keys.record, boot, sequence, now, state, digest,`,
    },
  ),
  domain(
    'I1: an unsettled roll answers 404',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `return evidence.settled && request.renewing
        ? notFound`,
      replace: `return request.renewing
        ? notFound`,
    },
  ),
  domain(
    'I1: a resolver that cannot renew answers 404',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `return evidence.settled && request.renewing
        ? notFound`,
      replace: `return evidence.settled
        ? notFound`,
    },
  ),
  domain(
    'I7: any reported endpoint is answered',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `if (!request.permits(destination.endpoint)) return notFound('endpoint-refused');`,
      replace: '',
    },
  ),
  domain(
    'I7: metadata addresses are allowed',
    { file: 'endpoint-policy' },
    {
      file: 'libs/domain/src/endpoint-policy.ts',
      find: `'169.254.0.0/16',`,
      replace: '',
    },
  ),
  domain(
    'eviction: planned before the roll has settled',
    { file: 'eviction' },
    {
      file: 'libs/domain/src/eviction.ts',
      find: `if (!scan.settled) return`,
      replace: `if (scan.total < 0) return`,
    },
  ),
  domain(
    'policy: a lease of one interval boots',
    { file: 'lease-policy' },
    {
      file: 'libs/domain/src/lease-policy.ts',
      find: `if (leaseTtlMs < leaseMinMs) {`,
      replace: `if (leaseTtlMs < 0) {`,
    },
  ),
  resolver(
    'store down: an outage is a 404',
    { file: 'resolve-session.spec' },
    {
      file: 'libs/http/src/bounded-gate.ts',
      find: `if (failure) resolve({ kind: 'unavailable', cause: failure });`,
      replace: `if (failure) resolve({ kind: 'absent', settled: true, lastKnown: { kind: 'nothing' } } as never);`,
    },
  ),
  http(
    'store down: a silent store is waited for',
    { file: 'bounded-gate' },
    {
      file: 'libs/http/src/bounded-gate.ts',
      find: `const timer = setTimeout(resolve, budgetMs, LATE);`,
      replace: `const timer = setTimeout(resolve, 60_000, LATE);`,
    },
  ),
  resolver(
    'trust: a lost connection changes nothing',
    { file: 'roll-renewal' },
    {
      file: 'apps/resolver/src/roll/roll-renewal.service.ts',
      find: `    this.renewals = renewalFailed(this.renewals);
    this.failure = new StoreUnavailableError('unreachable').message;`,
      replace: '',
    },
  ),
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
  reconciler(
    'watchdog: nobody watches',
    { file: 'sweep.watchdog' },
    {
      file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
      find: `if (await this.sweptLately()) {`,
      replace: `if ((await this.sweptLately()) || true) {`,
    },
  ),
  reconciler(
    'watchdog: the worker is never renewed',
    { file: 'sweep.watchdog' },
    {
      file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
      find: `    this.processor.renew();`,
      replace: '',
    },
  ),
  events(
    'events: acknowledged before they are handled',
    { file: 'event-stream.server', title: 'does not acknowledge before' },
    {
      file: 'libs/events/src/event-stream.server.ts',
      find: `      const verdict = await this.judge(delivery);`,
      replace: `      await this.group.acknowledge(entry);\n      const verdict = await this.judge(delivery);`,
    },
  ),
  events(
    'events: what a dead consumer left is left',
    { file: 'event-stream.server', title: 'claims what a dead' },
    {
      file: 'libs/events/src/event-stream.server.ts',
      find: `if (nowMs - this.claimedAtMs < this.claimEveryMs) return;`,
      replace: `if (nowMs > 0) return;`,
    },
  ),
  store(
    'full memory: what is stored lapses',
    { file: 'refused-writes', title: 'opens one more when memory is full' },
    {
      file: 'libs/session-store/src/report.operations.ts',
      find: `if (storeFailure(error) === 'full') {`,
      replace: `if (report.boot === 0) {`,
    },
  ),
  store(
    'full memory: last known owners are forgotten',
    { file: 'refused-writes', title: 'last known alive' },
    {
      file: `${LUA}/touch.lua`,
      find: `local keepsOn = now - record.keptAt > refreshAfter`,
      replace: `local keepsOn = false`,
    },
  ),
  store(
    'settled: refused renewals do not count',
    { file: 'refused-writes', title: 'settles anew' },
    {
      file: 'libs/session-store/src/lookup.operations.ts',
      find: `this.failures.settleAnewApartMs(performance.now()) ?? NEVER`,
      replace: `NEVER`,
    },
  ),
  domain(
    'provisional: believed by a resolver that cannot renew',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `      return evidence.heard && request.renewing
        ? destined`,
      replace: `      return evidence.heard
        ? destined`,
    },
  ),
  store('tokens: good for ever', onRedis('are good until their time is over'), {
    file: `${LUA}/find-grant.lua`,
    find: `if grant.ends <= clock() then return nil end`,
    replace: '',
  }),
  store('tokens: outlive the closing of their session', onRedis('are void once it is closed'), {
    file: `${LUA}/report.lua`,
    find: `if not keeps then redis.call('UNLINK', change.tokens) end`,
    replace: `if not keeps and change.kind ~= '-' then redis.call('UNLINK', change.tokens) end`,
  }),
  store(
    'tokens: outlive the reopening of their session',
    onRedis('are void once it was reopened'),
    {
      file: `${LUA}/report.lua`,
      find: `if not keeps then redis.call('UNLINK', change.tokens) end`,
      replace: `if not keeps and change.kind ~= '!' then redis.call('UNLINK', change.tokens) end`,
    },
  ),
  store(
    'tokens: inherited by a session that opens',
    { file: 'connection-tokens', title: 'that the store has forgotten' },
    {
      file: `${LUA}/report.lua`,
      find: `if not keeps then redis.call('UNLINK', change.tokens) end`,
      replace: `if not keeps and change.kind ~= '+' then redis.call('UNLINK', change.tokens) end`,
    },
  ),
  store('tokens: granted for a session that is gone', onRedis('are refused once it'), {
    file: `${LUA}/grant-token.lua`,
    find: `if not isListed(redis.call('GET', KEYS[2]), session) then return 'no-session' end`,
    replace: '',
  }),
  store('tokens: granted for a part of a session’s name', onRedis('for parts of their names'), {
    file: `${LUA}/include/record.lua`,
    find: `string.find(stored, '\\n' .. session .. '\\n', healthEnd, true)`,
    replace: `string.find(stored, session, healthEnd, true)`,
  }),
  store(
    'tokens: outlive their session while memory is full',
    { file: 'connection-tokens', title: 'though a full store refuses the report' },
    {
      file: `${LUA}/touch.lua`,
      find: `for key = lastBareKey + 3, #KEYS do redis.call('UNLINK', KEYS[key]) end\n`,
      replace: '',
    },
  ),
  store(
    'tokens: kept sessions lose theirs while memory is full',
    { file: 'connection-tokens', title: 'though a full store refuses the report' },
    {
      file: 'libs/session-store/src/session-changes.ts',
      find: `.filter(({ text }) => !text.startsWith('='))`,
      replace: '',
    },
  ),
  store(
    'tokens: inherited when a forgotten server comes back',
    onRedis('after the store has forgotten it'),
    {
      file: `${LUA}/report.lua`,
      find: `local keeps = change.kind == '=' and onRoll`,
      replace: `local keeps = change.kind == '='`,
    },
  ),
  store('tokens: outlive an eviction', onRedis('are void once it is struck off'), {
    file: `${LUA}/strike.lua`,
    find: `  redis.call('UNLINK', change.tokens)\n`,
    replace: '',
  }),
  store('tokens: a reopened session is only touched', onRedis('are void once it was reopened'), {
    file: 'libs/session-store/src/report.operations.ts',
    find: `if (reopenedIn(report).length > 0) return false;`,
    replace: '',
  }),
  store('tokens: no end to them', onRedis('are void when there is one too many'), {
    file: `${LUA}/grant-token.lua`,
    find: `local excess = #good - most`,
    replace: `local excess = 0`,
  }),
  store(
    'tokens: their key outlives them',
    { file: 'connection-tokens', title: 'lasts as long as its longest token' },
    {
      file: `${LUA}/grant-token.lua`,
      find: `redis.call('PEXPIREAT', tokensKey, good[#good].ends)`,
      replace: '',
    },
  ),
  store('guesses: count for ever', onRedis('until the window ends'), {
    file: `${LUA}/count-guess.lua`,
    find: `redis.call('SET', KEYS[1], '1', 'PX', window)`,
    replace: `redis.call('SET', KEYS[1], '1')`,
  }),
  store('guesses: written without end', onRedis('up to one more than allowed'), {
    file: `${LUA}/count-guess.lua`,
    find: `return counted > allowed and counted or redis.call('INCR', KEYS[1])`,
    replace: `return redis.call('INCR', KEYS[1])`,
  }),
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
  resolver(
    'verifier: a header says who asks',
    { file: 'verify/verify.spec', title: 'does not believe what a request says' },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `request.socket.remoteAddress ?? ''`,
      replace: `String(request.headers['x-forwarded-for'] ?? request.socket.remoteAddress)`,
    },
  ),
  resolver(
    'verifier: who asked is forgotten when the connection breaks',
    { file: 'verify/verify.spec', title: 'says no, and never a 5xx' },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `addresses.set(request, request.socket.remoteAddress ?? '');`,
      replace: '',
    },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `return addresses.get(request) ?? '';`,
      replace: `return request.socket.remoteAddress ?? '';`,
    },
  ),
  resolver(
    'verifier: a user name is not escaped',
    { file: 'verify/verify.spec', title: 'names the user' },
    {
      file: 'apps/resolver/src/verify/auth-answer.ts',
      find: `    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);`,
      replace: `    .replace(/[&<>"']/g, (character) => character);`,
    },
  ),
  resolver(
    'verifier: an outage is a no',
    { file: 'verify/verify.spec', title: 'says that it cannot know' },
    {
      file: 'apps/resolver/src/verify/auth-answer.ts',
      find: `return noAnswer(503, ERRORS.STORE_UNAVAILABLE.message);`,
      replace: `return noAnswer(200, ERRORS.STORE_UNAVAILABLE.message);`,
    },
  ),
  resolver(
    'route: whatever the store holds becomes a header',
    { file: 'route/route.spec', title: 'I7' },
    {
      file: 'apps/resolver/src/route/route-answer.ts',
      find: `return endpointProblem(endpoint) === undefined`,
      replace: `return endpointProblem(endpoint) !== 'nothing'`,
    },
  ),
  resolver(
    'prefix: any of its length does',
    { file: 'resolver.ports', title: 'path prefix' },
    {
      file: 'apps/resolver/src/http/paths.ts',
      find: `isSame(path.slice(0, prefix.length), prefix)`,
      replace: `path.length > 0`,
    },
  ),
  resolver(
    'ports: both serve everything',
    { file: 'resolver.ports', title: 'when there are two' },
    {
      file: 'apps/resolver/src/http/listeners.ts',
      find: `return this.isSplit && PORT_OF[edge] !== port ? 'port' : undefined;`,
      replace: `return undefined;`,
    },
  ),
  resolver(
    'TLS: no client certificate is needed',
    { file: 'resolver.tls', title: 'asks for client certificates' },
    {
      file: 'libs/tls/src/tls-options.ts',
      find: `rejectUnauthorized: asksForCertificate && clients === 'required',`,
      replace: `rejectUnauthorized: false,`,
    },
  ),
  tls(
    'TLS: a broken new certificate is taken up',
    { file: 'tls-reload' },
    {
      file: 'libs/tls/src/tls-reload.ts',
      find: `const material = checkTlsFiles(config, files, nowMs());`,
      replace: `const material = { ...checkTlsFiles(config, this.inUse.files, nowMs()), files };`,
    },
  ),
  tls(
    'TLS: half of a new file is taken up',
    { file: 'tls-reload', title: 'waits' },
    {
      file: 'libs/tls/src/tls-reload.ts',
      find: `const isConfirmed = asked || isSameSight(sight, this.sight);`,
      replace: `const isConfirmed = asked || sight !== this.sight;`,
    },
  ),
  ...BELIEF_MUTANTS,
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
  domain(
    'identities: an older record is as good as a later one',
    { file: 'server-identity' },
    {
      file: 'libs/domain/src/server-identity.ts',
      find: `return stored === undefined || record.changedAtMs > stored.changedAtMs;`,
      replace: `return stored === undefined;`,
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
