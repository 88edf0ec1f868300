import { spawnSync } from 'node:child_process';

const TIMEOUT_MS = 5_000;
const ENCLOSED = 'ROLLCALL_FAULTS_ENCLOSED';

/** Whether this process has a network of its own, in which packets may be dropped. */
export const hasOwnNetwork = () => process.env[ENCLOSED] === 'yes';

/** What marks a process that runs inside. */
export const enclosedEnvironment = { [ENCLOSED]: 'yes' };

/**
 * Drops packets on the roads of a site. Every process reaches Redis, and every host is reached, at an address of its own
 * in 127.0.0.0/8, so that one of them is cut off without the others; connections that are open stay half-open.
 */
export class Network {
  #dropped = new Set();

  /** From now on nothing comes from these addresses or reaches them: addresses or networks (`127.0.1.0/24`). */
  drop(...addresses) {
    for (const address of addresses) {
      if (this.#dropped.has(address)) continue;
      this.#dropped.add(address);
      for (const side of ['-s', '-d']) iptables('-I', 'INPUT', side, address, '-j', 'DROP');
    }
  }

  heal(...addresses) {
    for (const address of addresses) {
      if (!this.#dropped.delete(address)) continue;
      for (const side of ['-s', '-d']) iptables('-D', 'INPUT', side, address, '-j', 'DROP');
    }
  }

  healAll() {
    this.heal(...this.#dropped);
  }
}

function iptables(...args) {
  if (!hasOwnNetwork())
    throw new Error(
      'This fault drops packets, which needs a network namespace of its own: run it on Linux as root, or where unshare --user --net is allowed.',
    );
  inNetwork('iptables', '-w', ...args);
}

/** Runs a command that changes this network, to its end. */
export function inNetwork(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args.map(String), {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
