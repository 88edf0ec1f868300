const LUA = 'libs/session-store/scripts';
const onRedis = (title) => ({ file: 'redis-session-store.integration', title });
const store = (name, test, ...edits) => ({
  name,
  config: 'libs/session-store/jest.integration.config.cjs',
  test,
  edits,
});

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
    find: `  elseif owner ~= mine and (owner ~= provisional or redis.call('EXISTS', settledKey) == 1) then\n    return { 'full' }\n`,
    replace: '',
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
      find: `if why == 'lapsed' and (tonumber(leaseEnd) > now or redis.call('EXISTS', answerKey) == 1) then return { 'renewed' } end`,
      replace: '',
    },
  ),
  store(
    'eviction: also before the roll has settled',
    onRedis('after an outage the last known answers'),
    {
      file: `${LUA}/strike.lua`,
      find: `if why == 'lapsed' and not settled then return { 'unsettled' } end`,
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
    { file: 'refused-writes', title: 'changes nothing' },
    {
      file: `${LUA}/report.lua`,
      find: `writeRecord(recordKey, boot, sequence, now, state, digest,`,
      replace: `redis.call('PEXPIRE', dueKey, 1000)\nwriteRecord(recordKey, boot, sequence, now, state, digest,`,
    },
  ),
];
