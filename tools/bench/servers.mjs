import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../start/ports.mjs';
import { nodeOfLine } from './site/node-versions.mjs';
import { ServerProcess } from './site/server-process.mjs';

/** All servers of a bench: they run beside each other, and each is idle while another one is asked. */
export class Servers {
  /** `{ name, variant, node, process }` */
  all = [];
  #site;
  #processors;

  constructor(site, processors) {
    this.#site = site;
    this.#processors = processors;
  }

  async start({ variants, nodes, signal }, progress) {
    for (const variant of variants) {
      for (const node of variant.onNode ? nodes : [undefined]) {
        signal.throwIfAborted();
        const name = node ? `${variant.name} on Node ${node}` : variant.name;
        await progress.step('server', async () => {
          this.all.push({ name, variant, node, process: await this.#launch(name, variant, node) });
          return { told: name };
        });
      }
    }
  }

  async stop() {
    await Promise.all(this.all.map(({ process }) => process.stop()));
  }

  async #launch(name, variant, node) {
    const port = await freePort();
    const launch = await variant.launch({
      node: node && (await nodeOfLine(node)),
      port,
      site: this.#site,
    });
    const server = new ServerProcess(name, launch, { port, processor: this.#processors.server });
    try {
      await this.#check(server);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** A server that answers something else would be measured at something else. */
  async #check(server) {
    const pathOf = (id) => `/resolveSession?sessionId=${id}&transport=HTTP`;
    const { samples } = this.#site;
    await server.untilAnswers(pathOf(samples[0].id));
    for (const { id, answer } of samples) {
      const { body } = await server.lookup(pathOf(id));
      if (!isDeepStrictEqual(JSON.parse(body), answer))
        throw new Error(`${server.name} answers ${body} instead of ${JSON.stringify(answer)}`);
    }
  }
}
