const LUA = 'libs/session-store/scripts';
const config = 'libs/session-store/jest.integration.config.cjs';
const onRedis = (title) => ({ file: 'redis-session-store.integration', title });
const inRedis = (title) => ({ file: 'holds.integration', title });
const mutantIn = (folder, name, test, edits) => ({
  name,
  config,
  test,
  edits: edits.map(([file, find, replace]) => ({ file: `${folder}/${file}`, find, replace })),
});
const mutant = (name, test, ...edits) => mutantIn(LUA, name, test, edits);
const surveyMutant = (name, test, ...edit) =>
  mutantIn('libs/session-store/src', `survey: ${name}`, test, [edit]);

/** The rules of holds, releases, protection and surveys in the scripts, each taken out. */
export const BELIEF_MUTANTS = [
  mutant('hold: a report in between does not win', onRedis('I3: a hold that was decided'), [
    'hold.lua',
    `if record.boot ~= seenBoot or record.sequence ~= seenSequence then return { 'reported' } end`,
    '',
  ]),
  mutant('hold: before every agent was heard', onRedis('holds nobody anew and releases'), [
    'hold.lua',
    `if writtenFor < heardAfter and not redis.call('ZSCORE', keys.held, server) then return { 'unsettled' } end`,
    '',
  ]),
  mutant('hold: only on a settled roll', inRedis('I1: begin once every live agent'), [
    'hold.lua',
    `if writtenFor < heardAfter and not redis.call('ZSCORE', keys.held, server) then`,
    `if not settled and not redis.call('ZSCORE', keys.held, server) then`,
  ]),
  mutant('hold: not of the held before every agent was heard', onRedis('I1: who was held before'), [
    'hold.lua',
    `if writtenFor < heardAfter and not redis.call('ZSCORE', keys.held, server) then`,
    `if writtenFor < heardAfter then`,
  ]),
  mutant('hold: the answer is not marked', onRedis('a late server that is held answers'), [
    'hold.lua',
    `cause == 'probe' and '~' or '^'\n`,
    `'='\n`,
  ]),
  mutant('hold: never ends', onRedis('a late server that is held answers'), [
    'hold.lua',
    `string.sub(stored, healthEnd + 1), 'PXAT', deadline)`,
    `string.sub(stored, healthEnd + 1))`,
  ]),
  mutant(
    'hold: a provisional claim is not marked',
    inRedis('mark what was claimed provisionally'),
    [
      'include/claims.lua',
      `if not roll.settled and roll.mark == '=' then`,
      `if not roll.settled then`,
    ],
  ),
  mutant('hold: of any length of silence', onRedis('holds nobody who is gone'), [
    'hold.lua',
    `if now - record.reportedAt >= holdMax then return { 'expired' } end`,
    '',
  ]),
  mutant('hold: of who has reported lately', onRedis('holds nobody who has reported lately'), [
    'hold.lua',
    `if now - record.reportedAt < lateAfter then`,
    `if false then`,
  ]),
  mutant('hold: of who is leaving', onRedis('a held server that says it is leaving'), [
    'hold.lua',
    `if record.state == 'L' or redis.call('ZSCORE', keys.leaving, server) then return { 'gone' } end`,
    '',
  ]),
  mutant('hold: whoever answers there', onRedis('F36: whose endpoint'), [
    'hold.lua',
    `if isReplaced(keys, server, placeIn(stored), now + lease - lateAfter) then return { 'replaced' } end`,
    '',
  ]),
  mutant('hold: a silent heir is evidence as well', onRedis('an endpoint that its new owner'), [
    'include/places.lua',
    `return tonumber(redis.call('ZSCORE', keys.due, owner) or 0) > fresh`,
    `return true`,
  ]),
  mutant('hold: published every time', onRedis('a hold goes on as long'), [
    'hold.lua',
    `if isNew then publish(`,
    `if true then publish(`,
  ]),
  mutant('hold: takes bare ids back', onRedis('I4: a hold keeps a bare id'), [
    'hold.lua',
    `    keep({ session`,
    `    claim({ session`,
  ]),
  mutant('hold: the first one decides a lapsed contest', onRedis('I4: a contest that has lapsed'), [
    'include/claims.lua',
    `elseif owner == roll.server and (bare or mark == '=') then`,
    `elseif owner == roll.server or not bare then`,
  ]),
  mutant('hold: leaves its contests', onRedis('I4: a held server stays in its contests'), [
    'include/claims.lua',
    `if redis.call('ZSCORE', id.claims, roll.server) then claim(id, roll) end`,
    '',
  ]),
  mutant('hold: promoted without its mark', onRedis('I4: a held server stays in its contests'), [
    'include/claims.lua',
    `  answerFor(id, mark, server, answer, deadline)`,
    `  answerFor(id, '=', server, answer, deadline)`,
  ]),
  mutant('hold: its record ends with the report', onRedis('what is known of a held server'), [
    'hold.lua',
    `redis.call('PEXPIREAT', keys.record, now + retention)`,
    '',
  ]),
  mutant('hold: not ended by a report', onRedis('I1: the next report makes'), [
    'report.lua',
    `if redis.call('ZREM', keys.held, server) == 1 then`,
    `if false then`,
  ]),
  mutant(
    'hold: outlives a report that a full store refuses',
    inRedis('end with a report that a full store refuses'),
    ['touch-in-full.lua', `local wasHeld = salvages and`, `local wasHeld = false and`],
  ),
  mutant('hold: an empty answer for an unknown list', onRedis('a held server without a known'), [
    'hold.lua',
    `if record.state ~= 'U' then`,
    `if true then`,
  ]),
  mutant('hold: earlier agents are not noticed', inRedis('know a server whose agent'), [
    'hold.lua',
    `  redis.call('ZREM', keys.held, server)\n`,
    '',
  ]),
  mutant('release: of who is not held', onRedis('releases spare who is not held'), [
    'strike.lua',
    `if releases and (found.state == 'A' or not redis.call('ZSCORE', keys.held, server)) then return { 'renewed' } end`,
    '',
  ]),
  mutant('release: cuts a lease', onRedis('I1: never cut the lease'), [
    'strike.lua',
    `if releases and now - found.reportedAt < lease then return { 'renewed' } end`,
    '',
  ]),
  mutant('release: before the roll has settled', onRedis('holds nobody anew and releases'), [
    'strike.lua',
    `if releases and not settled or why == 'lapsed'`,
    `if why == 'lapsed'`,
  ]),
  mutant('verdict: another reconciler’s does not count', onRedis('for a bad probe wait'), [
    'include/verdicts.lua',
    `if tonumber(ends) > now then return true end`,
    '',
  ]),
  mutant(
    'verdict: stands for as long as the key',
    onRedis('for a bad probe count a verdict'),
    [
      'include/verdicts.lua',
      `if tonumber(ends) > now then return true end`,
      `if ends then return true end`,
    ],
    ['hold.lua', `redis.call('PEXPIRE', keys.verdicts, verdictTtl)`, ''],
  ),
  mutant('verdict: one’s own stands against one’s release', onRedis('for a bad probe wait'), [
    'strike.lua',
    `if why == 'dead' then redis.call('HDEL', keys.verdicts, by) end`,
    '',
  ]),
  mutant('verdict: not asked for the lapsed', onRedis('are not needed for who lapses'), [
    'strike.lua',
    `if (why == 'dead' or why == 'lapsed') and isVouchedFor`,
    `if why == 'dead' and isVouchedFor`,
  ]),
  mutant('protection: the lapsed are evicted', onRedis('spares the lapsed of its zone'), [
    'strike.lua',
    `if protected and why == 'lapsed' and not`,
    `if false and not`,
  ]),
  mutant('protection: who was leaving is kept', onRedis('spares the lapsed of its zone'), [
    'strike.lua',
    `why == 'lapsed' and not redis.call('ZSCORE', keys.leaving, server) then`,
    `why == 'lapsed' then`,
  ]),
  mutant('protection: of every zone', onRedis('spares the lapsed of its zone'), [
    'strike.lua',
    `isProtected(protectKey, redis.call('HGET', keys.zones, server) or '', now)`,
    `redis.call('EXISTS', protectKey) == 1`,
  ]),
  mutant('protection: any death is confirmed', onRedis('lets a held server of its zone'), [
    'strike.lua',
    `if not confirmed then return { 'protected' } end`,
    '',
  ]),
  mutant('protection: all at once', onRedis('lets at most 15 %'), [
    'strike.lua',
    `if redis.call('ZCARD', releasesKey) >= most then return { 'paced' } end`,
    '',
  ]),
  mutant(
    'protection: the pace never recovers',
    onRedis('lets at most 15 %'),
    ['strike.lua', `redis.call('ZREMRANGEBYSCORE', releasesKey, '-inf', now - interval)`, ''],
    ['strike.lua', `redis.call('PEXPIRE', releasesKey, interval)`, ''],
  ),
  mutant('protection: lasts for ever', onRedis('protects nobody after its longest'), [
    'include/protection.lua',
    ` and now < tonumber(protection.ends)`,
    '',
  ]),
  mutant('protection: changed by who has not seen it', onRedis('protection ends for whoever'), [
    'change-protection.lua',
    `if version ~= seenVersion then return 0 end`,
    '',
  ]),
  mutant('protection: versions begin again', onRedis('that ends because few are late'), [
    'change-protection.lua',
    `local nextVersion = math.max(version + 1, now)`,
    `local nextVersion = version + 1`,
  ]),
  mutant('protection: before the roll has settled', onRedis('does not start before'), [
    'change-protection.lua',
    `if wasOn or not settled then return 0 end`,
    `if wasOn then return 0 end`,
  ]),
  surveyMutant(
    'takes the leaving for late',
    onRedis('never finds a server late'),
    'survey.operation.ts',
    `if (!leaving.has(member)) note(`,
    `note(`,
  ),
  surveyMutant(
    'forgets the held',
    onRedis('lists the late by the end'),
    'survey.operation.ts',
    `if (leaseEnd !== null) note(`,
    `if (leaseEnd === '') note(`,
  ),
  surveyMutant(
    'the late are witnesses',
    onRedis('counts the late of each zone'),
    'survey.operation.ts',
    `if (known.has(server)) continue;`,
    '',
  ),
  surveyMutant(
    'not who comes first',
    inRedis('find each of thousands'),
    'survey.operation.ts',
    `    .sort(byEnd);`,
    `    .reverse();`,
  ),
  surveyMutant(
    'reads one page',
    inRedis('find each of thousands'),
    'score-pages.ts',
    `if (page.length < PAGE_MAX) return;`,
    `return;`,
  ),
  surveyMutant(
    'leaves out equal scores',
    inRedis('find each of thousands'),
    'score-pages.ts',
    `scoreMin = last;`,
    `scoreMin = last + 1;`,
  ),
  mutant('survey: nobody is replaced', onRedis('F36: says whose endpoint'), [
    'include/places.lua',
    `redis.call('HSET', keys.replaced, owner, place)`,
    `redis.call('HGET', keys.replaced, owner)`,
  ]),
  mutant('survey: an old endpoint stays its own', inRedis('leave no field of a server'), [
    'report.lua',
    `if placeBefore ~= place then leavePlace(keys, server, placeBefore) end`,
    '',
  ]),
  mutant('strike: leaves the endpoint behind', inRedis('I8: leave no key'), [
    'strike.lua',
    `leavePlace(keys, server, placeIn(stored))\nif redis.call('EXISTS', keys.due) == 0 then redis.call('UNLINK', keys.endpoints) end`,
    '',
  ]),
  mutant('ambiguity: a last claim waits for its next report', onRedis('I5: after a loss'), [
    'include/claims.lua',
    `mark == '=' and '!' .. sole .. '\\t' .. answer or '!'`,
    `'!'`,
  ]),
  {
    name: 'ambiguity: a last claim answers before the roll has settled',
    config,
    test: onRedis('I5: after a loss'),
    edits: [
      {
        file: 'libs/session-store/src/lookup.operations.ts',
        find: `return (await this.isSettled(remaining()))`,
        replace: `return remaining() > -1e9`,
      },
    ],
  },
];
