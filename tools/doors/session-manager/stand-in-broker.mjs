import { once } from 'node:events';
import { createServer } from 'node:https';
import { closeServer } from '../close-server.mjs';

const PATH = '/agent/validate-authentication-token';
const NO = '<auth result="no"><message>unknown token</message></auth>';

/** A stand-in for the Session Manager's Broker as the verifier of hosts: knows one token, good for one user everywhere. */
export class StandInBroker {
  #server;

  constructor({ certificate, token, user }) {
    const yes = `<auth result="yes"><username>${user}</username></auth>`;
    this.#server = createServer(certificate, async (request, response) => {
      let form = '';
      for await (const chunk of request.setEncoding('utf8')) form += chunk;
      const isKnown = new URLSearchParams(form).get('authenticationToken') === token;
      const found = request.method === 'POST' && request.url === PATH;
      response.writeHead(found ? 200 : 404, { 'content-type': 'text/xml' });
      response.end(found && isKnown ? yes : NO);
    });
  }

  async start(port, address) {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
  }

  async stop() {
    await closeServer(this.#server);
  }
}
