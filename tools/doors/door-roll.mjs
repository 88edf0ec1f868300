import { RollUnderTest } from '../e2e/roll-under-test.mjs';
import { until } from '../start/until.mjs';
import { makeCertificate } from './certificates.mjs';
import { StandInHost } from './stand-in-host.mjs';

/** A fifth of what operators get: a busy machine must not look like a dead host. */
export const DOOR_TIMINGS = {
  interval: 1_000,
  lease: 4_000,
  retention: 120_000,
  sweep: 200,
  poll: 200,
};

const HOST_NAMES = ['a', 'b', 'c'];
/** One host has a base path of its own, as `web-url-path` sets it. */
const WEB_URL_PATHS = { b: '/desk' };
const FOUND_WITHIN_MS = 20_000;

/** A roll with three DCV hosts, each with `console`, and two resolvers: real apps around stand-in DCV servers. */
export class DoorRoll {
  hosts = {};
  resolvers = [];

  constructor(roll, folder) {
    this.roll = roll;
    this.folder = folder;
  }

  /**
   * `extraResolvers` tells how to start the resolvers behind the one that every roll has; `verifierOf` where a host
   * has its tokens verified.
   */
  static async start(folder, { resolverSettings = [{}], verifierOf } = {}) {
    const roll = await RollUnderTest.start({ timings: DOOR_TIMINGS, persistence: 'always' });
    const site = new DoorRoll(roll, folder);
    try {
      site.resolvers.push(roll.resolver);
      for (const settings of resolverSettings)
        site.resolvers.push(await roll.startResolver(settings));
      const certificate = makeCertificate(folder, 'host', { names: ['127.0.0.1'] });
      const defaultVerifier = (id) => ({ url: `${roll.resolver.url}/verify/${id}` });
      for (const name of HOST_NAMES) {
        await site.#addHost(name, certificate, (verifierOf ?? defaultVerifier)(name));
      }
      await site.found(...HOST_NAMES.map((name) => `${name}~console`));
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  async #addHost(name, certificate, verifier) {
    const basePath = WEB_URL_PATHS[name] ?? '/';
    const dcv = new StandInHost({ name, certificate, basePath, verifier });
    await dcv.start();
    this.hosts[name] = { name, dcv };
    this.hosts[name].reports = await this.roll.startHost(name, dcv.sessions, {
      port: dcv.port,
      AGENT_WEB_URL_PATH: basePath,
    });
  }

  /** From now on the host carries these sessions. */
  list(name, ...sessions) {
    const { dcv, reports } = this.hosts[name];
    dcv.sessions = sessions;
    reports.list(...sessions);
  }

  /** Waits until these public ids resolve. */
  async found(...ids) {
    for (const id of ids) {
      if ((await this.roll.becomes(id, 200, FOUND_WITHIN_MS)) === undefined)
        throw new Error(`${id} does not resolve`);
    }
  }

  /** The machine goes: its DCV server and its agent, without a word. */
  async killHost(name) {
    const { dcv, reports } = this.hosts[name];
    await Promise.all([reports.agent.kill(), dcv.stop()]);
  }

  /** A host that was killed comes back, and is found again. */
  async reviveHost(name) {
    const { dcv, reports } = this.hosts[name];
    const basePath = WEB_URL_PATHS[name] ?? '/';
    await dcv.start();
    await reports.startAgent({ AGENT_WEB_URL_PATH: basePath });
    await this.found(...dcv.sessions.map((session) => `${name}~${session}`));
  }

  /** Stops a resolver as an operator would, and starts it again at the same place. */
  async restartResolver(index) {
    const { port, settings } = this.resolvers[index];
    await this.resolvers[index].stop();
    this.resolvers[index] = await this.roll.startResolver({ port, ...settings });
    if (index === 0) this.roll.resolver = this.resolvers[0];
    const ready = () => this.resolvers[index].answers('/health/ready');
    if (!(await until(ready, FOUND_WITHIN_MS))) throw this.resolvers[index].complaint('not ready');
  }

  /** The links that `rollcall connect` prints for a user. */
  async connect(session, user, { options = [], settings = {} } = {}) {
    const args = ['connect', session, '--user', user, ...options, '--json'];
    const { code, stdout, stderr } = await this.roll.runCli(args, settings);
    if (code !== 0) throw new Error(`rollcall connect ended with ${code}: ${stderr}`);
    return JSON.parse(stdout).links;
  }

  async stop() {
    await Promise.all(Object.values(this.hosts).map(({ dcv }) => dcv.stop()));
    await this.roll.stop();
  }
}
