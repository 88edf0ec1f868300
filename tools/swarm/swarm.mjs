import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { readEnv, RedisSettings, redisAddress, TimingSettings } from '@rollcall/config';
import { DcvSettings } from '@rollcall/agent-heartbeat/embedded';
import { freePort } from '../start/ports.mjs';
import { addressOf, zoneNames } from './addresses.mjs';
import { CommandError, HOSTS_MAX, parseCommand } from './commands.mjs';
import { Connections } from './connections.mjs';
import { Doors } from './doors.mjs';
import { HostSessions } from './host-sessions.mjs';
import { Meters } from './meters.mjs';
import { seededRandom } from './random.mjs';
import { isIn, select } from './selection.mjs';
import { SwarmHost } from './swarm-host.mjs';
import { Voices } from './voices.mjs';

const SETTINGS = { redis: RedisSettings, policy: TimingSettings, dcv: DcvSettings };

/** What a swarm is when nothing else is said. */
export const DEFAULTS = {
  name: 'swarm',
  sessionsPerHost: 2,
  zones: 1,
  connections: 4,
  doors: 'each',
  windowMs: 1_000,
};

/** Where the ports of hosts that share an address begin. */
const FIRST_PORT = 20_000;

const PORT_MAX = 65_535;

const READY_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 20;
const CHURN_EVERY_MS = 50;

/** So many planned stops are under way at once: a burst from one process would only time out behind itself. */
const LEAVES_AT_ONCE = 100;

const PHASES = ['joining', 'live', 'away', 'leaving', 'left', 'crashed', 'displaced'];

/**
 * Starts a swarm: many hosts in this process, each with the real agent, over a few connections. It reads its Redis and
 * its timings as every app does, from `env`.
 * @throws ConfigError when a setting breaks a rule.
 */
export async function startSwarm({ env = process.env, ...options } = {}) {
  const swarm = new Swarm({ ...DEFAULTS, ...options }, readEnv(SETTINGS, env));
  await swarm.begin();
  return swarm;
}

/** Simulated hosts; see startSwarm. What is done to hosts takes the words of a command: `crash('10% zone a')`. */
class Swarm {
  hosts = [];
  #options;
  #config;
  #random;
  #zones;
  #voices = new Voices();
  #ending = new AbortController();
  #startedAtMs = performance.now();
  #churns = new Map();
  #underWay = new Set();
  #stopped;
  #meters;
  #connections;
  #doors;
  #port;

  constructor(options, config) {
    this.#options = options;
    this.#config = config;
    this.#random = seededRandom(options.seed ?? 0);
    this.#zones = zoneNames(options.zones);
    setMaxListeners(0, this.#ending.signal);
  }

  async begin() {
    const { port, address, hosts = 0, connections, windowMs, doors } = this.#options;
    const { redis, policy } = this.#config;
    this.#port = port ?? (address === undefined ? await freePort('0.0.0.0') : FIRST_PORT);
    Logger.overrideLogger(this.#voices);
    this.#meters = new Meters(windowMs);
    this.#doors = new Doors(doors);
    this.#connections = new Connections({ redis, policy, count: connections });
    await this.#connections.ready(READY_TIMEOUT_MS);
    if (hosts > 0) await this.join(hosts);
  }

  /** Where it reports: the roll and the address of its Redis, without credentials. */
  get target() {
    const { redis } = this.#config;
    return { roll: redis.roll, redis: redisAddress(redis) };
  }

  /** The timings that it keeps. */
  get policy() {
    return this.#config.policy;
  }

  /** Resolves with the mode in which a `stop` command, or `stop()`, ends it. */
  get ended() {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const end = () => resolve(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  /**
   * Does what a command says (see commands.mjs); resolves to how many hosts it was done to when it is done.
   * @throws CommandError when it cannot be understood.
   */
  async do(text) {
    const command = parseCommand(text);
    const done = this.#carryOut(command);
    this.#underWay.add(done);
    try {
      return { hosts: await done };
    } finally {
      this.#underWay.delete(done);
    }
  }

  join(count, { overMs } = {}) {
    return this.do(`join ${count}${over(overMs)}`);
  }

  leave(who) {
    return this.do(`leave ${who}`);
  }

  withdraw(who) {
    return this.do(`withdraw ${who}`);
  }

  crash(who) {
    return this.do(`crash ${who}`);
  }

  die(who) {
    return this.do(`die ${who}`);
  }

  vanish(who) {
    return this.do(`vanish ${who}`);
  }

  silence(who) {
    return this.do(`silence ${who}`);
  }

  refuse(who) {
    return this.do(`refuse ${who}`);
  }

  drop(who) {
    return this.do(`drop ${who}`);
  }

  open(who) {
    return this.do(`open ${who}`);
  }

  resume(who) {
    return this.do(`resume ${who}`);
  }

  churn(howMany) {
    return this.do(`churn ${howMany}`);
  }

  mark() {
    this.#meters.mark();
  }

  /** The figures of this moment. */
  stats() {
    const there = this.hosts.filter(({ phase }) => phase !== 'new');
    const having = (property, value) => there.filter((host) => host[property] === value).length;
    const phases = PHASES.map((phase) => [phase, having('phase', phase)]);
    const live = there.filter(({ phase }) => phase === 'live');
    const figures = this.#meters.figures();
    return {
      atMs: Math.round(performance.now() - this.#startedAtMs),
      hosts: {
        total: there.length,
        ...Object.fromEntries(phases),
        silent: having('isSilent', true),
        refusing: having('door', 'refused'),
        dropping: having('door', 'dropped'),
      },
      sessions: live.reduce((sum, { sessions }) => sum + sessions.count, 0),
      ...figures,
      said: [...this.#voices.said, ...this.#complaints(figures)],
    };
  }

  /** Reports that this process itself is late with say nothing of the store. */
  #complaints({ process: { loopLagMs } }) {
    if (loopLagMs.p99 < this.policy.reportTimeoutMs / 2) return [];
    const sentence =
      'this process does not keep up, and its reports are late: fewer hosts, a longer AGENT_POLL_INTERVAL_MS, or a core of its own';
    return [[sentence, 1]];
  }

  /** How many hosts are in this phase, or silent. */
  count(phase) {
    return this.hosts.filter((host) => isIn(host, phase)).length;
  }

  /** Waits until something is so; rejects when it is not in time. */
  async until(isSo, timeoutMs, sentence = String(isSo)) {
    const deadline = performance.now() + timeoutMs;
    while (!(await isSo(this))) {
      if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${sentence}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Sleeps until so long after the start; resolves to whether the swarm still runs then. */
  async sleepUntil(atMs) {
    return this.#sleep(Math.max(0, atMs - (performance.now() - this.#startedAtMs)));
  }

  /** Ends all hosts as they would end, then the rest. */
  stop(mode = 'leave') {
    this.#ending.abort(mode);
    return (this.#stopped ??= this.#stop(mode));
  }

  async #stop(mode) {
    for (const timer of this.#churns.values()) clearInterval(timer);
    await Promise.allSettled(this.#underWay);
    const running = this.hosts.filter((host) => host.isRunning);
    await this.#toAll(running, { overMs: 0, atOnce: LEAVES_AT_ONCE, always: true }, (host) =>
      mode === 'crash' ? host.crash() : host.stop(mode),
    );
    this.#meters.stop();
    await Promise.all([this.#doors.stop(), this.#connections.close()]);
  }

  async #carryOut({ verb, count, perSecond, who, zone, overMs, mode }) {
    const { signal } = this.#ending;
    if (signal.aborted) throw new CommandError('the swarm is stopping');
    const chosen = () => select(this.hosts, verb, who, this.#random);
    switch (verb) {
      case 'join':
        return this.#join(count, overMs);
      case 'churn':
        return count === undefined ? this.#churnAt(perSecond, zone) : this.#churn(count, zone);
      case 'mark':
        return this.mark();
      case 'stop':
        return void this.#ending.abort(mode ?? 'leave');
      case 'leave':
      case 'withdraw':
        return this.#toAll(chosen(), { overMs, atOnce: LEAVES_AT_ONCE }, (host) => host.stop(verb));
      case 'crash':
        return this.#toAll(chosen(), { overMs }, (host) => host.crash());
      case 'die':
        return this.#end(chosen(), 'refused', overMs);
      case 'vanish':
        return this.#end(chosen(), 'dropped', overMs);
      case 'silence':
        return this.#toAll(chosen(), { overMs }, (host) => void (host.isSilent = true));
      case 'refuse':
        return this.#setDoors(chosen(), 'refused', overMs);
      case 'drop':
        return this.#setDoors(chosen(), 'dropped', overMs);
      case 'open':
        return this.#setDoors(chosen(), 'open', overMs);
      case 'resume':
        return this.#resume(chosen(), overMs);
      default:
        return undefined;
    }
  }

  async #join(count, overMs = this.#config.dcv.pollIntervalMs) {
    if (this.hosts.length + count > HOSTS_MAX)
      throw new CommandError(`a swarm has at most ${HOSTS_MAX} hosts`);
    const first = this.hosts.length;
    if (this.#options.address !== undefined && this.#port + first + count - 1 > PORT_MAX)
      throw new CommandError(`from port ${this.#port} on there are not as many ports`);
    const joining = Array.from({ length: count }, (_, index) => this.#newHost(first + index));
    this.hosts.push(...joining);
    await this.#doors.build(joining, this.#port);
    return this.#toAll(joining, { overMs }, (host) => host.start());
  }

  #newHost(index) {
    const { name, seed = 0, sessionsPerHost, consoles, address } = this.#options;
    const { policy, dcv } = this.#config;
    const server = `${name}-${index + 1}`;
    const fixed = consoles ? ['console'] : [];
    const traits = {
      index,
      server,
      zone: this.#zones[index % this.#zones.length],
      address: addressOf(index, this.#zones.length, { address, port: this.#port }),
      sessions: new HostSessions(server, sessionsPerHost, fixed),
      random: seededRandom(seed, index + 1),
    };
    const surroundings = { policy, dcv, connections: this.#connections, meters: this.#meters };
    return new SwarmHost(traits, surroundings);
  }

  /** The agents end first: while one runs, a probe of its port proves nothing. */
  async #end(hosts, door, overMs) {
    if (overMs === undefined) {
      await Promise.all([this.#doors.change(hosts, door), ...hosts.map((host) => host.crash())]);
      return hosts.length;
    }
    return this.#toAll(hosts, { overMs }, async (host) => {
      await Promise.all([this.#doors.change([host], door), host.crash()]);
    });
  }

  async #setDoors(hosts, door, overMs) {
    if (overMs !== undefined)
      return this.#toAll(hosts, { overMs }, (host) => this.#doors.change([host], door));
    await this.#doors.change(hosts, door);
    return hosts.length;
  }

  /** Lines heal all at once; agents start one after the other, as those of real hosts would. */
  async #resume(hosts, overMs) {
    await this.#doors.change(hosts, 'open');
    if (overMs === undefined) for (const host of hosts) host.isSilent = false;
    const started = { overMs: overMs ?? this.#config.dcv.pollIntervalMs };
    const acting =
      overMs === undefined
        ? hosts.filter((host) => !host.isRunning || host.phase === 'leaving')
        : hosts;
    await this.#toAll(acting, started, (host) => {
      host.isSilent = false;
      return host.start();
    });
    return hosts.length;
  }

  #churn(count, zone) {
    const chosen = select(this.hosts, 'churn', { count, zone }, this.#random);
    for (const { sessions } of chosen) sessions.churn(this.#random);
    return chosen.length;
  }

  #churnAt(perSecond, zone) {
    clearInterval(this.#churns.get(zone));
    this.#churns.delete(zone);
    if (perSecond === 0) return;
    this.#churn(0, zone);
    let owed = 0;
    const step = () => {
      owed += (perSecond * CHURN_EVERY_MS) / 1_000;
      const now = Math.floor(owed);
      owed -= now;
      if (now > 0) this.#churn(now, zone);
    };
    this.#churns.set(zone, setInterval(step, CHURN_EVERY_MS));
  }

  /** Acts on all hosts, evenly over a time, and waits for the last; resolves to how many there were. */
  async #toAll(hosts, { overMs = 0, atOnce = Infinity, always = false }, act) {
    const startedAtMs = performance.now();
    const acting = new Set();
    const failed = [];
    let done = 0;
    for (const [index, host] of hosts.entries()) {
      const dueInMs = startedAtMs + (index * overMs) / hosts.length - performance.now();
      if (dueInMs > 1 && !(await this.#sleep(dueInMs))) break;
      const acted = Promise.resolve(act(host)).catch((error) => failed.push(error));
      acting.add(acted);
      void acted.then(() => acting.delete(acted));
      done += 1;
      if (acting.size >= atOnce) await Promise.race(acting);
      if (this.#ending.signal.aborted && !always) break;
    }
    await Promise.all(acting);
    if (failed.length > 0) throw failed[0];
    return done;
  }

  async #sleep(ms) {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    return !this.#ending.signal.aborted;
  }
}

function over(overMs) {
  return overMs === undefined ? '' : ` over ${overMs}ms`;
}
