import { Recorder } from '../faults/history/recorder.mjs';
import { DEFAULT_PROFILE } from '../faults/profile.mjs';
import { loadBetween } from './measure/load-figures.mjs';
import deaths from './scenarios/deaths.mjs';
import restart from './scenarios/restart.mjs';
import steady from './scenarios/steady.mjs';
import { ScaleRun } from './scale-run.mjs';

jest.mock('../faults/actions/swarm.mjs', () => ({
  swarmJoins: async (stage) => stage.swarm,
  untilSwarmIsLive: async () => undefined,
}));
jest.mock('../faults/site/site.mjs', () => ({ Site: class {} }));

const HOSTS = 10_000;
const SETTLE = 1;

/** A stage on which time passes by itself, and everything goes as it is told to. */
function imaginedStage({
  lookupMs = () => 1,
  status = () => 200,
  reportsPerSecond = 2_000,
  answers = {},
} = {}) {
  const recorder = new Recorder();
  const loads = [];
  let now = 0;
  const look = () => {
    const redis = { pid: 1, cpuMs: now / 50, childrenCpuMs: 0, waitedMs: 0, rssBytes: 1 };
    const store = { pid: 1, memoryBytes: 21e6, inBytes: now, outBytes: now, commands: now };
    loads.push({ at: now, processes: { redis }, stores: { redis: store }, roll: {} });
    return now;
  };
  const pass = async (ms) => {
    for (const end = now + ms; now < end; now += 10)
      recorder.record('lookup', { start: now, end: now + lookupMs(now), status: status(now) });
  };
  const marks = [];
  return {
    ...{ recorder, loads, marks, pass, profile: DEFAULT_PROFILE, emptyBytes: 1e6, moments: [] },
    random: { next: () => 0.5 },
    now: () => now,
    mark: (text) => {
      marks.push(text);
      return now;
    },
    watch: async (ms) => {
      const from = look();
      await pass(ms);
      return { from, to: look() };
    },
    until: async (what, condition) => {
      if (!(await condition())) throw new Error(what);
    },
    lookups: ({ from, to }) =>
      recorder.records.filter(
        ({ type, start, end }) => type === 'lookup' && start >= from && end <= to,
      ),
    loadIn: (span) => (look(), loadBetween(loads, span)),
    lateAsks: () => 0,
    lookUp: () => undefined,
    tapEvents: async () => undefined,
    swarm: {
      do: async () => ({ hosts: 0 }),
      stats: async () => ({
        hosts: { total: 10 },
        sinceMark: {
          perSecond: 2_000,
          applied: reportsPerSecond,
          seconds: 1,
          failed: 0,
          busiestSecond: 2_100,
        },
      }),
    },
    client: { memory: async () => 4e6, xlen: async () => 25_000, ...answers.client },
    site: {
      keys: { due: 'due', events: 'events' },
      resolvers: ['resolver-1'],
      redis: { kill: async () => undefined, restart: () => pass(100) },
      noteStoreProcesses: async () => undefined,
      lookup: async () => ({ status: 200 }),
      ...answers.site,
    },
  };
}

async function runOn(stage, scenario, options) {
  const progress = { live: true, step: (_, work) => work(() => undefined) };
  const run = new ScaleRun({ progress, signal: new AbortController().signal });
  run.staged = (_name, _options, work) => work(stage);
  await scenario(run, { hosts: HOSTS, settle: SETTLE, 'with-data': false, ...options });
  return run;
}

const verdicts = ({ figures }) =>
  Object.fromEntries(figures.map(({ bar, verdict }) => [bar, verdict]));
const valueOf = ({ figures }, bar) => figures.find((figure) => figure.bar === bar).value;
const cell = ({ tables }, label) =>
  tables.flatMap(({ rows }) => rows).find(([name]) => name === label)[1];

describe('a fleet that only reports', () => {
  const sizes = { hosts: [HOSTS], seconds: 10 };

  it('is held against its bars', async () => {
    const run = await runOn(imaginedStage(), steady, sizes);
    expect(verdicts(run)).toEqual({
      'redis cpu': 'stretch',
      'redis memory': 'met',
      lookups: 'met',
    });
    expect(valueOf(run, 'redis cpu')).toBeCloseTo(2);
    // 20 MB, of which 4 are half the events that are ever kept.
    expect(valueOf(run, 'redis memory')).toBe(600);
  });

  it('says nothing when hosts do not report: that costs little', async () => {
    const stage = imaginedStage({ reportsPerSecond: 1_800 });
    await expect(runOn(stage, steady, sizes)).rejects.toThrow('1,800 reports/s were applied');
  });

  it('says nothing when lookups are not answered: that is fast', async () => {
    const stage = imaginedStage({ status: () => 503 });
    await expect(runOn(stage, steady, sizes)).rejects.toThrow('answered with 503: 1,000');
  });

  it('misses the bar of the lookups when they become slower', async () => {
    const stage = imaginedStage({ lookupMs: (now) => (now < 3_000 ? 1 : 4) });
    expect(verdicts(await runOn(stage, steady, sizes)).lookups).toBe('missed');
  });

  it('is told beside other sizes, with what each costs more', async () => {
    const run = await runOn(imaginedStage(), steady, { hosts: [9_000, HOSTS], seconds: 10 });
    expect(run.tables[0].columns).toEqual(['', '9,000 hosts', '10,000 hosts']);
    expect(verdicts({ figures: run.figures.slice(0, 3) })['redis cpu']).toBe('smaller');
    expect(run.notes.join()).toContain('1,000 hosts more cost 0 % of a core of Redis');
  });
});

describe('Redis that is killed', () => {
  const all = { client: { zcount: async () => HOSTS } };

  it('is back when every host has reported and nothing else is answered but 200', async () => {
    let killedAt;
    const stage = imaginedStage({
      answers: all,
      status: (now) =>
        stage.marks.includes('Redis is killed') && now < (killedAt ??= now) + 12_000 ? 503 : 200,
    });
    const run = await runOn(stage, restart, { away: 10 });
    expect(verdicts(run)).toEqual({ 'resolve again': 'met', lookups: 'met' });
    expect(valueOf(run, 'resolve again')).toBeCloseTo(1.9, 1);
    expect(cell(run, 'answers from the kill on')).toContain('503: 1,200');
  });

  it('misses the bar of the lookups when they are slow once it is back, however fast it was refused before', async () => {
    const isBack = () => stage.marks.includes('Redis is back, empty');
    const stage = imaginedStage({ answers: all, lookupMs: () => (isBack() ? 4 : 1) });
    expect(verdicts(await runOn(stage, restart, { away: 1_200 })).lookups).toBe('missed');
  });

  it('is not when a session does not resolve', async () => {
    const site = { lookup: async (id) => ({ status: id === 'swarm-7~swarm-7.4' ? 404 : 200 }) };
    const run = await runOn(imaginedStage({ answers: { ...all, site } }), restart, { away: 1 });
    expect(verdicts(run)['resolve again']).toBe('missed');
    expect(cell(run, 'sessions that did not resolve when each was looked up after that')).toBe(1);
  });
});

describe('hosts that die', () => {
  const dead = ['swarm-1', 'swarm-2'];

  function dying(lastEvictionMs, struckOff = dead, traits = {}) {
    const leaseEnd = Date.now() + 7_000;
    const zrangebyscore = async () => dead.flatMap((server) => [server, String(leaseEnd)]);
    const stage = imaginedStage({ answers: { client: { zrangebyscore } }, ...traits });
    stage.tapEvents = async () => {
      for (const server of struckOff)
        stage.recorder.record('event', {
          ...{ at: 0, event: 'server.lost', server },
          storeAt: String(leaseEnd + lastEvictionMs),
        });
    };
    return runOn(stage, deaths, { dying: dead.length });
  }

  it('are struck off soon enough', async () => {
    const run = await dying(4_900);
    expect(verdicts(run)).toEqual({ 'struck off': 'met', lookups: 'met' });
    expect(valueOf(run, 'struck off')).toBe(4.9);
  });

  it('say nothing when lookups get no answer meanwhile', async () => {
    await expect(dying(100, dead, { status: () => 503 })).rejects.toThrow('answered with 503');
  });

  it('are struck off too late', async () => {
    expect(verdicts(await dying(5_200))['struck off']).toBe('allowed');
    expect(verdicts(await dying(5_600))['struck off']).toBe('missed');
  });

  it('are not all struck off', async () => {
    expect(verdicts(await dying(100, ['swarm-1', 'swarm-1']))['struck off']).toBe('missed');
  });

  it('take somebody with them who lives', async () => {
    const run = await dying(100, [...dead, 'swarm-9']);
    expect(verdicts(run)['struck off']).toBe('missed');
    expect(cell(run, 'live hosts that were struck off')).toBe(1);
  });
});
