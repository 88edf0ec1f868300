import { scaled } from './profile.mjs';

const none = () => 0;
const ms = (duration) => () => duration;

/**
 * Every bar that a fault is held against: what is measured, in which unit, and the most (or the least) that it may be,
 * with the formula it comes from. Durations of at least 10 s and the bars of 25, 60 and 120 s are a tenth of that in the
 * scaled profile; formulas, and the bars of 300 ms, 1 s, 3 s and 7 s, are not. A fault that has none of its own here
 * uses those of several faults at the top.
 */
export const BARS = {
  'not found while live': {
    what: '404 for a session of a live host',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'not answered while live': {
    what: 'anything but 200 for a session of a live host',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'servers lost': {
    what: 'live servers struck off',
    unit: 'events',
    formula: '0',
    max: none,
  },
  'answered late': {
    what: 'lookups that took longer than 300 ms',
    unit: 'lookups',
    formula: '0',
    max: none,
  },
  'found again': {
    what: 'from the store being back to the last answer but 200 for a live session',
    unit: 'ms',
    formula: '1 s',
    max: ms(1_000),
  },
  'swept again': {
    what: 'from the store being back to the end of a sweep',
    unit: 'ms',
    formula: '7 s',
    max: ms(7_000),
  },
  'writes out': {
    what: 'longest time without a report that was taken',
    unit: 'ms',
    formula: 'node time-out + 3 s',
    max: ({ nodeTimeout }) => nodeTimeout + 3_000,
  },
  'sweeps pause': {
    what: 'longest time between the ends of two sweeps',
    unit: 'ms',
    formula: '7 s',
    max: ms(7_000),
  },
  'back, qualified': {
    what: 'from the heal to the last answer but 200 for a live session, by its qualified id',
    unit: 'ms',
    formula: '1.1 × interval + 2 s',
    max: ({ back }) => back,
  },
  'back, bare': {
    what: 'from the heal to the last answer but 200 for a live session, by its bare id',
    unit: 'ms',
    formula: 'W = 1.5 × interval + 2 s',
    max: ({ settleAfter }) => settleAfter,
  },
  'protected before the first lease lapses': {
    what: 'from the end of the first lease to the protection of its zone',
    unit: 'ms',
    formula: 'below 0',
    max: none,
  },
  'F1 not found': {
    what: '404 for a session whose agent is dead, while its DCV port answers',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F1 told': {
    what: 'from the last report of a silent agent to the event that tells of it',
    unit: 'ms',
    formula: '25 s ÷ scale',
    max: (profile) => scaled(profile, 25_000),
  },
  'F1 found after the port closed': {
    what: 'from the closing of a held host’s DCV port to the last 200 of its sessions',
    unit: 'ms',
    formula: 'probe period + 3 s',
    max: ({ probePeriod }) => probePeriod + 3_000,
  },
  'F2 found after the last report': {
    what: 'from the last report of a dead host to the last 200 of its sessions',
    unit: 'ms',
    formula: '25 s ÷ scale',
    max: (profile) => scaled(profile, 25_000),
  },
  'F4 closed': {
    what: 'from the closing of a session to the last 200 of it',
    unit: 'ms',
    formula: '3 s',
    max: ms(3_000),
  },
  'F4 moved': {
    what: 'from a move to the last answer that was not the new host',
    unit: 'ms',
    formula: '3 s',
    max: ms(3_000),
  },
  'F6 resurrected': {
    what: 'live answers for a session that was closed while the agent was stopped',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F8 other zones protected': {
    what: 'other zones that are protected',
    unit: 'zones',
    formula: '0',
    max: none,
  },
  'F8 stale elsewhere': {
    what: 'stale answers for sessions of the other zones',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F9a found': {
    what: 'from the death of most hosts, ports refused, to the last 200 of their sessions',
    unit: 'ms',
    formula: '60 s ÷ scale',
    max: (profile) => scaled(profile, 60_000),
  },
  'F9b found': {
    what: 'from the death of most hosts, packets dropped, to the last 200 of their sessions',
    unit: 'ms',
    formula: '120 s ÷ scale',
    max: (profile) => scaled(profile, 120_000),
  },
  'F9b called dead': {
    what: 'from the death of most hosts, packets dropped, to the first 404 of their sessions',
    unit: 'ms',
    formula: '60 s ÷ scale',
    min: (profile) => scaled(profile, 60_000),
  },
  'F9 released at once': {
    what: 'most hosts released within one interval, of a roll of ten',
    unit: 'hosts',
    formula: 'max(1, 15 % of the roll)',
    max: ms(1),
  },
  'F11 scheduled again': {
    what: 'from the store being empty to the end of a sweep that a job started',
    unit: 'ms',
    formula: '7 s',
    max: ms(7_000),
  },
  'F11 not found': {
    what: '404 before W was over, but for the contested and what a fresh report contradicts',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F12 live': {
    what: 'processes that are alive while the store hangs',
    unit: 'of all',
    formula: 'all',
    min: () => 1,
  },
  'F12 ready': {
    what: 'resolvers that are ready while the store hangs',
    unit: 'resolvers',
    formula: '0',
    max: none,
  },
  'F13 p99': {
    what: 'the 99th percentile of all answers while the store is 200 ms late',
    unit: 'ms',
    formula: '300 ms',
    max: ms(300),
  },
  'F13 misses': {
    what: '404 for an id that takes two reads, while the store is 200 ms late',
    unit: 'answers',
    formula: '0 (503)',
    max: none,
  },
  'F13 queue': {
    what: 'most lookups under way at once',
    unit: 'lookups',
    formula: 'those that come in 300 ms',
    max: () => Math.ceil(300 / 8) + 1,
  },
  'F14 reconnected': {
    what: 'from the heal to the last answer but 200 for a live session',
    unit: 'ms',
    formula: '2 s',
    max: ms(2_000),
  },
  'F16 lapsed': {
    what: 'stale answers for a session of a live host, while slots move and after',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F18 lost': {
    what: 'what the old master had and the new one never got',
    unit: 'bytes',
    formula: 'more than 0',
    min: () => 1,
  },
  'F18 previous': {
    what: 'answers from the state before the lost writes',
    unit: 'answers',
    formula: 'counted',
    min: none,
  },
  'F18 previous until': {
    what: 'from the promotion to the last answer from the state before the lost writes',
    unit: 'ms',
    formula: '1.1 × interval + 2 s',
    max: ({ back }) => back,
  },
  'F19 taken': {
    what: 'reports that the old master took beside the new one',
    unit: 'reports',
    formula: 'at least 1',
    min: () => 1,
  },
  'F19 refused': {
    what: 'reports that the old master refused',
    unit: 'reports',
    formula: 'at least 1',
    min: () => 1,
  },
  'F19 converged': {
    what: 'from the heal to the last answer but a live 200 for a live session, by its qualified id',
    unit: 'ms',
    formula: '1.1 × interval + 2 s',
    max: ({ back }) => back,
  },
  'F19 refusing side': {
    what: 'answers but 200 and 503 for live sessions, on the side that refuses writes',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F20 refused': {
    what: 'reports of a new session that the agent counted as refused',
    unit: 'reports',
    formula: 'at least 1',
    min: () => 1,
  },
  'F20 new': {
    what: '200 for a session that the store had no room for',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F20 boot': {
    what: 'services that start with another eviction policy',
    unit: 'services',
    formula: '0',
    max: none,
  },
  'F20 override': {
    what: 'services that start with it when the setting allows it',
    unit: 'services',
    formula: '1',
    min: () => 1,
  },
  'F21 unknown': {
    what: 'anything but 503 for unknown ids while writes are refused',
    unit: 'answers',
    formula: '0',
    max: none,
  },
  'F21 reports': {
    what: 'reports that failed while writes were refused',
    unit: 'reports',
    formula: 'at least 1',
    min: () => 1,
  },
  'F36 released': {
    what: 'from the first report of a held server’s endpoint by another to the end of the hold',
    unit: 'ms',
    formula: 'sweep interval + 1 s to run',
    max: ({ sweep }) => sweep + 1_000,
  },
  'F42 failed reports': {
    what: 'reports that were not applied',
    unit: 'reports',
    formula: '0',
    max: none,
  },
};
