import { setTimeout as delay } from 'node:timers/promises';
import { tryPort } from '../site/dcv-port.mjs';

const STARTS_ANEW_MS = 100;

/**
 * Somebody who watches the events with the operator's command, and remembers what it was told: entries of the stream.
 * One that is cut off waits; one that has ended is started again after the last event that it was told.
 */
export class Watcher {
  #site;
  #process;

  constructor(site, name) {
    this.#site = site;
    this.name = name;
    this.told = [];
    this.#start();
  }

  get road() {
    return this.#process.road;
  }

  /** What it has said besides the events, this life of it. */
  get said() {
    return this.#process.said;
  }

  get isRunning() {
    return this.#process.isRunning;
  }

  kill() {
    return this.#process.kill();
  }

  async startAgain() {
    this.#start();
    await delay(STARTS_ANEW_MS);
  }

  #start() {
    this.#process = this.#site.startWatcher({
      name: this.name,
      road: this.#process?.road,
      since: this.told.at(-1),
      told: ({ id }) => this.told.push(id),
    });
  }
}

/** It keeps its connection, and nothing comes through. */
export function watcherIsCut(context, watcher) {
  const { network, redis } = context.site;
  return context.fault(`${watcher.name} is cut off from Redis`, {
    act: () => network.drop(watcher.road),
    proof: async () => (await tryPort(watcher.road, redis.port)) === 'silent',
  });
}

export function watcherIsBack(context, watcher) {
  const { network, redis } = context.site;
  return context.heal(`${watcher.name} reaches Redis again`, {
    act: () => network.heal(watcher.road),
    proof: async () => (await tryPort(watcher.road, redis.port)) === 'open',
  });
}

export function watcherEnds(context, watcher) {
  return context.fault(`${watcher.name} ends`, {
    act: () => watcher.kill(),
    proof: () => !watcher.isRunning,
  });
}

export function watcherStartsAgain(context, watcher) {
  return context.heal(`${watcher.name} is started again`, {
    act: () => watcher.startAgain(),
    proof: () => watcher.isRunning,
  });
}
