import { assembleAgent, isRecentStop, nextBoot } from '@rollcall/agent-heartbeat/embedded';
import { Line } from './line.mjs';

/** Which phase a running host is in after a report; the others leave it as it is. */
const PHASE_AFTER = { applied: 'live', unavailable: 'away', refused: 'away' };

/**
 * One host of the swarm: the real agent, one life of it after the other, on a stand-in `dcv`; what an agent keeps on
 * disk it has in memory. Phases:
 * - `new`: never started.
 * - `joining`: the agent runs, and no report was applied yet.
 * - `live`, `away`: its last report was applied, or was not.
 * - `leaving`, `left`: a planned stop, until it is done and after.
 * - `crashed`: ended without a word.
 * - `displaced`: gave way to another agent of its name.
 */
export class SwarmHost {
  /** Whether what its agent sends is lost; outlives a restart. */
  #silent = false;
  #lives = 0;
  #boot;
  #told = new Map();
  #plannedStopAtMs;
  #life;
  #stopping;
  #random;
  #surroundings;

  constructor({ index, server, zone, address, sessions, random }, surroundings) {
    this.index = index;
    this.server = server;
    this.zone = zone;
    this.address = address;
    this.sessions = sessions;
    this.phase = 'new';
    this.#random = random;
    this.#surroundings = surroundings;
  }

  get isRunning() {
    return this.#life !== undefined;
  }

  get isSilent() {
    return this.#silent;
  }

  set isSilent(isSilent) {
    this.#silent = isSilent;
    if (this.#life) this.#life.line.silent = isSilent;
  }

  /** Starts the next life of its agent, if none is running; one that is leaving gets to its end first. */
  async start() {
    await this.#stopping;
    if (this.#life) return;
    const { policy, connections, meters } = this.#surroundings;
    this.#lives += 1;
    this.#boot = nextBoot(this.#boot, Date.now());
    const stoppedAtMs = this.#plannedStopAtMs;
    this.#plannedStopAtMs = undefined;
    const returning =
      stoppedAtMs !== undefined && isRecentStop(stoppedAtMs, Date.now(), policy.leaseTtlMs);

    // The next life is on another connection: its store knows nothing of this one, as after a real restart.
    const line = new Line(connections.at(this.index + this.#lives), meters, this.#silent);
    const life = { line };
    life.agent = this.#assemble(life, returning);
    this.#life = life;
    this.phase = 'joining';
    void life.agent.run().then(() => this.#displaced(life));
  }

  /** A planned stop; `mode` is what an agent knows as AGENT_STOP. */
  stop(mode) {
    const life = this.#life;
    if (!life || this.#stopping) return this.#stopping;
    this.phase = 'leaving';
    this.#stopping = life.agent.stop(mode).then(() => {
      this.#stopping = undefined;
      if (this.#life === life) this.#end('left');
    });
    return this.#stopping;
  }

  /** Ends the agent as a kill would: nothing more gets out. */
  async crash() {
    const life = this.#life;
    if (!life) return;
    this.#end('crashed');
    life.line.cut();
    await life.agent.stop('leave');
  }

  #assemble(life, returning) {
    const { policy, dcv, meters } = this.#surroundings;
    const isCurrent = () => this.#life === life;
    return assembleAgent({
      identity: { server: this.server, boot: this.#boot, origin: 'kept' },
      endpoint: this.address,
      zone: this.zone,
      ...{ policy, dcv, returning },
      stop: 'leave',
      store: life.line,
      read: async () => this.sessions.reading,
      told: {
        before: this.#told,
        keep: (told) => {
          if (isCurrent()) this.#told = told;
        },
      },
      notePlannedStop: () => {
        if (isCurrent()) this.#plannedStopAtMs = Date.now();
      },
      observer: {
        reportFinished: (outcome, durationMs) => {
          if (!isCurrent()) return;
          meters.reported(outcome, durationMs);
          if (this.phase !== 'leaving') this.phase = PHASE_AFTER[outcome] ?? this.phase;
        },
        dcvRead: () => undefined,
        rosterChanged: () => undefined,
      },
      random: this.#random,
    });
  }

  async #displaced(life) {
    if (this.#life === life) this.#end('displaced');
    await life.agent.stop();
  }

  #end(phase) {
    this.#life = undefined;
    this.phase = phase;
  }
}
