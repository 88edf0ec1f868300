import { within } from './within.mjs';

const LUA = 'libs/session-store/scripts';
const KEPT = { file: 'kept-records', title: 'kept on' };
const onRedis = (title) => ({ file: 'redis-session-store.integration', title });
const store = within('libs/session-store/jest.integration.config.cjs');
const events = within('libs/events/jest.integration.config.cjs');

/** An eviction does not look again at what it was decided on. */
export const NO_RE_CHECK = [
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
];

/** What the roll in Redis and its events rest on. */
export const STORE_MUTANTS = [
  store(
    'connection: what was given up still arrives',
    { file: 'given-up-connection.integration' },
    {
      file: 'libs/session-store/src/redis-connection.ts',
      find: `for (const { stream } of servers) forgetUnread(stream);`,
      replace: '',
    },
  ),
  store('lease: answers never expire', onRedis('I1, I2: answers stand until'), {
    file: `${LUA}/report.lua`,
    find: `'=' .. answer .. '\\n' .. list, 'PXAT', roll.deadline)`,
    replace: `'=' .. answer .. '\\n' .. list)`,
  }),
  store('lease: a touch renews nothing', onRedis('I1: an unchanged report renews'), {
    file: `${LUA}/include/lease.lua`,
    find: `if redis.call('PEXPIREAT', answerKey, deadline) == 0 then`,
    replace: `if redis.call('EXISTS', answerKey) == 0 then`,
  }),
  store(
    'events: none is ever dropped',
    { file: 'capped-events', title: 'no more' },
    {
      file: `${LUA}/include/changes.lua`,
      find: `eventsKey, 'MAXLEN', '~', cap, '*'`,
      replace: `eventsKey, '*'`,
    },
  ),
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
  store('fence: a touch of any sequence passes', onRedis('I3'), {
    file: `${LUA}/include/lease.lua`,
    find: `and string.sub(header, 12, 23) < sequence`,
    replace: ``,
  }),
  store(
    'fence: a touch of any boot passes',
    { file: 'touches', title: 'later boot' },
    {
      file: `${LUA}/include/lease.lua`,
      find: `.. digest and string.sub(header, 1, 10) == boot`,
      replace: `.. digest`,
    },
  ),
  store(
    'pulse: a touch lets one from the future stand',
    { file: 'touches', title: 'pulse anew' },
    { file: `${LUA}/include/lease.lua`, find: `or now < last or`, replace: `or` },
  ),
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
    find: `if not stored[bare] or string.sub(stored[bare], 1, #mine) ~= mine then`,
    replace: `if false then`,
  }),
  store('ownership: a touch in full renews whoever answers', onRedis('I4'), {
    file: `${LUA}/touch-in-full.lua`,
    find: `claimed[key] = owner == mine or heldBare[key] or owner == provisional and (salvages or not settles)`,
    replace: `claimed[key] = true`,
  }),
  store(
    'settling: a provisional claim waits until another has noted it',
    onRedis('for good with'),
    {
      file: `${LUA}/touch-in-full.lua`,
      find: `local settles = since and now - since >= settleAfter`,
      replace: `local settles = redis.call('EXISTS', settledKey) == 1`,
    },
  ),
  store(
    'full memory: a provisional claim is let go',
    { file: 'refused-writes', title: 'that a full memory leaves no room to make sure' },
    {
      file: `${LUA}/touch-in-full.lua`,
      find: `owner == provisional and (salvages or not settles)`,
      replace: `owner == provisional and not settles`,
    },
  ),
  store(
    'full memory: the last claim of a contest is let go',
    { file: 'refused-writes', title: 'that a full memory leaves no room to make sure' },
    {
      file: `${LUA}/touch-in-full.lua`,
      find: `(salvages or not isDecided)`,
      replace: `not isDecided`,
    },
  ),
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
    file: `${LUA}/include/written.lua`,
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
    ...NO_RE_CHECK,
  ),
  store(
    'eviction: before judges have had their turn',
    onRedis('I5: strikes nobody off before judges'),
    {
      file: `${LUA}/strike.lua`,
      find: `why == 'lapsed' and writtenFor < judgedAfter then`,
      replace: `why == 'lapsed' and not settled then`,
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
  events(
    'events: acknowledged before they are handled',
    { file: 'event-stream.server', title: 'does not acknowledge before' },
    {
      file: 'libs/events/src/event-stream.server.ts',
      find: `    for (const delivery of batch) {`,
      replace: `    await this.group.acknowledge(batch.map(({ entry }) => entry));\n    for (const delivery of batch) {`,
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
  events(
    'events: the goodbye overtakes the last read',
    { file: 'event-stream.server', title: 'has closed only when its last read' },
    {
      file: 'libs/events/src/event-stream.server.ts',
      find: `await Promise.all([this.loop, readerClosed]);`,
      replace: `await this.loop;`,
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
      file: `${LUA}/touch-in-full.lua`,
      find: `local keepsAllOn = keepsOn(record.keptAt, now, refreshAfter)`,
      replace: `local keepsAllOn = false`,
    },
  ),
  store('retention: a record is never kept on', KEPT, {
    file: `${LUA}/touch-in-full.lua`,
    find: `if keepsAllOn then redis.call('PEXPIREAT', recordKey, momentText(now + retention)) end\n`,
    replace: '',
  }),
  store('retention: a record is kept on for longer when the clock goes back', KEPT, {
    file: `${LUA}/include/lease.lua`,
    find: `now - keptAt > refreshAfter or now < keptAt`,
    replace: `now - keptAt > refreshAfter`,
  }),
  store('retention: a record is kept on with every report', KEPT, {
    file: `${LUA}/include/lease.lua`,
    find: `now - keptAt > refreshAfter or now < keptAt`,
    replace: `true`,
  }),
  store(
    'settled: refused renewals do not count',
    { file: 'refused-writes', title: 'from when it was written again' },
    {
      file: 'libs/session-store/src/lookup.operations.ts',
      find: `this.hasRenewalFailed ? 1 : 0`,
      replace: `0`,
    },
  ),
  store(
    'settled: one bad link unsettles it for everybody',
    { file: 'refused-writes', title: 'changes nothing while others wrote' },
    {
      file: `${LUA}/include/pulse.lua`,
      find: `if last and now - last > gap / 2 then resumed = now end`,
      replace: `if last and hasFailed then resumed = now end`,
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
      file: `${LUA}/touch-in-full.lua`,
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
];
