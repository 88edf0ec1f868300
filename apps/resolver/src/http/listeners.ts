import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  Draining,
  errorAnswer,
  Listener,
  writeAnswer,
  type RefusedConnections,
} from '@rollcall/http';
import type { ClientCertificates, ServerTls } from '@rollcall/tls';
import type { ListenConfig } from '../resolver.config';
import { isReadable, withoutPrefix } from './paths';
import type { PathRefusal, RefusedPaths } from './refused-paths';
import type { ShortCut } from './short-cut';
import { noteSource } from './source-address';
import { connectionAnswer, noteVerification } from './verifications';
import { edgeOf, type Edge } from './wire-refusal';

/** Clients of the one are gateways, of the other DCV servers and proxies, which have no certificate. */
type Port = 'lookups' | 'hosts';

const CLIENTS: Readonly<Record<Port, ClientCertificates>> = { lookups: 'required', hosts: 'none' };

/** What is answered on each port once there are two. */
const PORT_OF: Readonly<Record<Edge, Port>> = {
  lookup: 'lookups',
  verify: 'hosts',
  route: 'hosts',
};

const SETTING_OF: Readonly<Record<Port, string>> = {
  lookups: 'RESOLVER_PORT',
  hosts: 'RESOLVER_HOSTS_PORT',
};

/** Who is told of what the ports refuse before the application sees it. */
export interface Refusals {
  readonly paths: RefusedPaths;
  readonly connections: RefusedConnections;
}

/**
 * The ports of one application: one for everything, or a second one for DCV servers and proxies. What asks for a path
 * that is not served, or not there, or without the path prefix, is told that there is nothing, before anything else
 * looks at it.
 */
export class Listeners {
  private readonly listeners: Listener[] = [];
  private hosts: Server | undefined;
  private shortCut: ShortCut | undefined;

  constructor(
    private readonly config: Pick<ListenConfig, 'hostsPort' | 'pathPrefix'>,
    private readonly refusals: Refusals,
    private readonly tls?: ServerTls,
  ) {}

  /** Makes the servers of an application, and gives the one of its main port. */
  serve(application: RequestListener): Server {
    if (this.isSplit) this.hosts = this.open('hosts', this.admitting(application, 'hosts'));
    return this.open('lookups', this.admitting(application, 'lookups'));
  }

  /** Lets lookups past the application from now on. */
  openShortCut(shortCut: ShortCut): void {
    this.shortCut = shortCut;
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

  private open(port: Port, answer: RequestListener): Server {
    const tlsPort = { name: port, clients: CLIENTS[port] };
    const listener = new Listener(answer, {
      tls: this.tls?.serverOptions(tlsPort),
      answerOf: connectionAnswer,
      refused: (reason, sourceAddress) =>
        this.refusals.connections.refused(reason, SETTING_OF[port], sourceAddress),
    });
    this.tls?.serve(tlsPort, listener.server as TlsServer);
    this.listeners.push(listener);
    return listener.server;
  }

  private get isSplit(): boolean {
    return this.config.hostsPort !== undefined;
  }

  private admitting(application: RequestListener, port: Port): RequestListener {
    const hasLookups = !this.isSplit || port === PORT_OF.lookup;
    return (request: IncomingMessage, response: ServerResponse) => {
      const target = withoutPrefix(request.url ?? '', this.config.pathPrefix);
      if (hasLookups && target !== undefined && this.shortCut?.isFor(request, target)) {
        void this.shortCut.answer(target, response);
        return;
      }
      const edge = target === undefined ? undefined : edgeOf(target);
      const refusal = this.refusalOf(target, edge, port);
      if (refusal) {
        writeAnswer(response, errorAnswer('PATH_NOT_FOUND'));
        this.refusals.paths.refused(refusal, SETTING_OF[port], request.socket.remoteAddress);
        return;
      }
      request.url = target;
      if (edge === 'verify') {
        noteSource(request);
        noteVerification(request, response);
      }
      application(request, response);
    };
  }

  private refusalOf(
    target: string | undefined,
    edge: Edge | undefined,
    port: Port,
  ): PathRefusal | undefined {
    if (target === undefined) return 'prefix';
    if (edge === undefined) return isReadable(target) ? 'path' : undefined;
    return this.isSplit && PORT_OF[edge] !== port ? 'port' : undefined;
  }
}
