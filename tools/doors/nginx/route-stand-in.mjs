import { once } from 'node:events';
import { createServer } from 'node:http';
import { closeServer } from '../close-server.mjs';

/** Answers /route like a resolver, or like whatever else may be found at its address. */
export class RouteStandIn {
  #server;
  #answers = new Map();
  /** What came in: url and headers. */
  asked = [];

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  #answer({ url, headers }, response) {
    this.asked.push({ url, headers });
    const answer = this.#answers.get(headers['x-rollcall-session']) ?? { status: 404 };
    if (answer === 'nothing') return;
    const { status = 200, upstream, basePath = '', ...more } = answer;
    const body = status === 200 ? '' : JSON.stringify({ code: 'SOME_CODE', message: 'why' });
    if (upstream !== undefined) {
      response.setHeader('x-rollcall-upstream', upstream);
      response.setHeader('x-rollcall-base-path', basePath);
    }
    response.writeHead(status, { 'content-length': body.length, ...more });
    response.end(body);
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** From now on this is answered for the id: `{ upstream, basePath }`, `{ status }` or 'nothing'. */
  set(id, answer) {
    this.#answers.set(id, answer);
  }

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop() {
    await closeServer(this.#server);
  }
}
