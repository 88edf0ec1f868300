import { NO_RE_CHECK } from '../../mutants/store-mutations.mjs';

const LUA = 'libs/session-store/scripts';

/** Each mechanism that a roll survives faults by: how to switch it off, and the cheapest fault that must notice, by which bar. */
export const FAULT_MUTANTS = [
  {
    name: 'holding',
    fault: 'F1',
    bar: 'F1 not found',
    edits: [
      {
        file: `${LUA}/hold.lua`,
        find: `if record.state == 'L' or`,
        replace: `if cause == 'probe' or record.state == 'L' or`,
      },
    ],
  },
  {
    name: 'protection',
    fault: 'F7b',
    bar: 'protected before the first lease lapses',
    edits: [
      {
        file: `${LUA}/change-protection.lua`,
        find: `if wasOn or not settled then return 0 end`,
        replace: `do return 0 end`,
      },
    ],
  },
  {
    name: 'settled',
    fault: 'F11b',
    bar: 'F11 not found',
    edits: [
      {
        file: `${LUA}/include/pulse.lua`,
        find: `if now - since >= settleAfter then`,
        replace: `if true then`,
      },
    ],
  },
  {
    name: 'fencing',
    fault: 'F5b',
    bar: 'F5 replays applied',
    edits: [
      {
        file: `${LUA}/include/record.lua`,
        find: `if not record then return nil end\n  if boot <`,
        replace: `do return nil end\n  if boot <`,
      },
    ],
  },
  {
    name: 'tombstones',
    fault: 'F5c',
    bar: 'F5 resurrected',
    edits: [
      {
        file: `${LUA}/strike.lua`,
        find: `if boot > 0 then writeRecord(keys.record, boot, sequence, now, 'T', NO_DIGEST, '', retention) end`,
        replace: `redis.call('DEL', keys.record)`,
      },
    ],
  },
  {
    name: 're-check',
    fault: 'F26',
    bar: 'model violations',
    edits: NO_RE_CHECK,
  },
  {
    name: 'watchdog',
    fault: 'F11b',
    bar: 'F11 scheduled again',
    edits: [
      {
        file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
        find: `(await this.sweptLately())`,
        replace: `this.turnedAtMs > 0`,
      },
    ],
  },
];
