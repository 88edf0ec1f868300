import { DoorCell, DoorError } from './door-cell.mjs';

/** How hosts are reached: each by a listener of its own, all by one, or none. */
export const DOOR_MODES = ['each', 'one', 'none'];

/**
 * The DCV ports of all hosts, as a probe finds them: `open`, `refused` or `dropped` (no answer). Hosts that are dropped
 * together share a cell, and open again without a moment of refusal when they are opened together; otherwise those that
 * change cells refuse connections for some milliseconds.
 */
export class Doors {
  #mode;
  #open;
  #cells = new Map();
  #turn = Promise.resolve();

  constructor(mode) {
    this.#mode = mode;
    if (mode !== 'none') this.#open = new DoorCell({ canFreeze: false });
  }

  /** Gives new hosts their doors. */
  build(hosts, port) {
    return this.#inTurn(async () => {
      for (const host of hosts) host.door = 'open';
      if (this.#mode === 'each') await this.#move(hosts, this.#open);
      if (this.#mode === 'one' && this.#open.hosts.size === 0 && hosts.length > 0) {
        await this.#open.listen([{ address: { host: '0.0.0.0', httpPort: port } }]);
      }
    });
  }

  /** Changes what a probe of these hosts finds. */
  change(hosts, door) {
    const changing = hosts.filter((host) => host.door !== door);
    if (changing.length === 0) return Promise.resolve();
    if (this.#mode === 'one')
      throw new DoorError('with --doors one all ports are one: none can be closed alone');
    return this.#inTurn(async () => {
      if (this.#mode === 'each') await this.#change(changing, door);
      for (const host of changing) host.door = door;
    });
  }

  async stop() {
    const cells = new Set(this.#cells.values());
    await Promise.all([...cells].map((cell) => cell.end()));
    await this.#open?.end();
  }

  async #change(hosts, door) {
    if (door === 'open') {
      const rest = [];
      for (const [cell, moving] of this.#byCell(hosts)) {
        const isWhole = cell?.canFreeze && cell.hosts.size === moving.length;
        if (isWhole && cell.isFrozen) cell.thaw();
        if (!isWhole) rest.push(...moving);
      }
      await this.#move(rest, this.#open);
    } else if (door === 'dropped') {
      const cell = new DoorCell({ canFreeze: true });
      await this.#move(hosts, cell);
      await cell.freeze();
    } else await this.#move(hosts, undefined);
  }

  async #move(hosts, to) {
    for (const [from, moving] of this.#byCell(hosts)) {
      if (from) await this.#leave(from, moving);
    }
    await to?.listen(hosts);
    for (const host of hosts) {
      if (to) this.#cells.set(host, to);
      else this.#cells.delete(host);
    }
  }

  #byCell(hosts) {
    const groups = new Map();
    for (const host of hosts) {
      const cell = this.#cells.get(host);
      const group = groups.get(cell);
      if (group) group.push(host);
      else groups.set(cell, [host]);
    }
    return groups;
  }

  async #leave(cell, hosts) {
    const wasFrozen = cell.isFrozen;
    if (wasFrozen) cell.thaw();
    await cell.close(hosts);
    if (cell === this.#open) return;
    if (cell.hosts.size === 0) await cell.end();
    else if (wasFrozen) await cell.freeze();
  }

  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
