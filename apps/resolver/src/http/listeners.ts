import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ListenConfig } from '../resolver.config';
import type { ResolverTls } from '../tls/resolver-tls';
import type { TlsPort } from '../tls/tls-options';
import { Draining } from './draining';
import { errorAnswer, writeAnswer } from './http-answer';
import { Listener } from './listener';
import { withoutPrefix } from './paths';
import { edgeOf, type Edge } from './wire-refusal';

/** What is answered on each port once there are two. */
const PORT_OF: Readonly<Record<Edge, TlsPort>> = {
  lookup: 'lookups',
  verify: 'hosts',
  route: 'hosts',
};

/**
 * The ports of one application: one for everything, or a second one for DCV servers and proxies. What comes in on the
 * wrong port, or without the path prefix, is told that there is nothing, before anything else looks at it.
 */
export class Listeners {
  private readonly listeners: Listener[] = [];
  private hosts: Server | undefined;

  constructor(
    private readonly config: Pick<ListenConfig, 'hostsPort' | 'pathPrefix'>,
    private readonly tls?: ResolverTls,
  ) {}

  /** Makes the servers of an application, and gives the one of its main port. */
  serve(application: RequestListener): Server {
    const isSplit = this.config.hostsPort !== undefined;
    if (isSplit) this.hosts = this.open('hosts', this.admitting(application, 'hosts'));
    return this.open('lookups', this.admitting(application, isSplit ? 'lookups' : undefined));
  }

  /** Opens the second port; undefined when there is none. */
  async listenForHosts(host: string): Promise<number | undefined> {
    if (!this.hosts) return undefined;
    this.hosts.listen({ host, port: this.config.hostsPort });
    await once(this.hosts, 'listening');
    return (this.hosts.address() as AddressInfo).port;
  }

  /** Ends all of them as `Draining` says. */
  async drain(drained: () => void): Promise<void> {
    await Promise.all(
      this.listeners.map((listener) =>
        new Draining(listener.server, drained, () => listener.cut()).run(),
      ),
    );
  }

  private open(port: TlsPort, answer: RequestListener): Server {
    const listener = new Listener(answer, this.tls?.serverOptions(port));
    this.tls?.serve(port, listener.server as TlsServer);
    this.listeners.push(listener);
    return listener.server;
  }

  private admitting(application: RequestListener, port: TlsPort | undefined): RequestListener {
    const { pathPrefix } = this.config;
    return (request: IncomingMessage, response: ServerResponse) => {
      const target = withoutPrefix(request.url ?? '', pathPrefix);
      if (target === undefined || !isServedOn(port, target)) {
        writeAnswer(response, errorAnswer('PATH_NOT_FOUND'));
        return;
      }
      request.url = target;
      application(request, response);
    };
  }
}

function isServedOn(port: TlsPort | undefined, target: string): boolean {
  if (port === undefined) return true;
  const edge = edgeOf(target);
  return edge !== undefined && PORT_OF[edge] === port;
}
