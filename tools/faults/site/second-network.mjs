import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { until } from '../../start/until.mjs';
import { hasOwnNetwork, inNetwork } from './network.mjs';

const START_TIMEOUT_MS = 5_000;
/** The two ends of the only way between the networks. */
const [NEAR, FAR] = ['10.99.0.1', '10.99.0.2'];
/** Addresses of a loopback are let out of it and in again. */
const letLoopbackOut = (end) => `echo 1 > /proc/sys/net/ipv4/conf/${end}/route_localnet`;

/**
 * A second network beside that of the runner. What runs there reaches every server of the first at the address that it
 * has there, 127.0.0.1, so that Redis, Sentinels and programs of both name it alike; and may be cut off from some of them.
 */
export class SecondNetwork {
  static async start() {
    if (!hasOwnNetwork())
      throw new Error(
        'This fault needs network namespaces: run it on Linux as root, or where unshare --user --net is allowed.',
      );
    const network = new SecondNetwork();
    await network.#open();
    return network;
  }

  #holder;
  #rules = [];

  /** How a program is started there, and where its own ports are then reached. */
  get place() {
    return { wrapper: this.#enter, address: FAR };
  }

  /**
   * From now on nothing passes between the two sides: the server that is `alone` is on the far one, with all that runs
   * there, the `others` are on the near one.
   */
  split({ alone, others }) {
    const lost = ['--dport', '--sport'].map((side) => ['-i', 'lo', side, alone.port]);
    const behind = others.map(({ port }) => ['-i', 'near', '--dport', port]);
    this.#rules = [...lost, ...behind].map((rule) => ['-p', 'tcp', ...rule, '-j', 'DROP']);
    for (const rule of this.#rules) inNetwork(...words('iptables -w -I INPUT'), ...rule);
  }

  join() {
    for (const rule of this.#rules.splice(0)) inNetwork(...words('iptables -w -D INPUT'), ...rule);
  }

  close() {
    this.join();
    inNetwork(...words('iptables -w -t nat -F'));
    inNetwork(...words('ip link del near'));
    // With it the namespace ends.
    this.#holder.kill('SIGKILL');
  }

  get #enter() {
    return ['nsenter', `--net=/proc/${this.#holder.pid}/ns/net`, '--'];
  }

  async #open() {
    this.#holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const { pid } = this.#holder;
    const isApart = () => networkOf(pid) !== networkOf('self');
    if (!(await until(isApart, START_TIMEOUT_MS))) throw new Error('There is no second network.');
    inNetwork(...words(`ip link add near type veth peer name far netns ${pid}`));
    shell(
      `ip addr add ${NEAR}/30 dev near && ip link set near up && ${letLoopbackOut('near')} &&
       iptables -w -t nat -A PREROUTING -i near -d ${NEAR} -p tcp -j DNAT --to-destination 127.0.0.1`,
    );
    shell(
      `ip addr add ${FAR}/30 dev far && ip link set far up && ip link set lo up && ${letLoopbackOut('far')} &&
       iptables -w -t nat -A OUTPUT -d 127.0.0.1 -p tcp -j DNAT --to-destination ${NEAR} &&
       iptables -w -t nat -A POSTROUTING -o far -j MASQUERADE`,
      this.#enter,
    );
  }
}

const words = (line) => line.split(' ');
const shell = (script, enter = []) => inNetwork(...enter, 'sh', '-c', script);

function networkOf(pid) {
  return readlinkSync(`/proc/${pid}/ns/net`);
}
