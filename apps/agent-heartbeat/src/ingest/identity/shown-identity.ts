import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isServerId, type ServerId } from '@rollcall/domain';
import { readServerToken, type ServerToken } from '@rollcall/tokens';

/** What a request says of whom it is from. */
export type ShownIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: 'certificate'; readonly server: ServerId }
  | { readonly kind: 'token'; readonly token: ServerToken }
  /** Something that proves nothing; the cause never repeats what was shown. */
  | { readonly kind: 'unusable'; readonly cause: string };

/** What is known of a connection's client certificate. */
interface Peer {
  readonly identity: ShownIdentity;
  /** Unix time. */
  readonly expiresAtMs: number;
  /** Which roots it was judged by. */
  readonly rootsGeneration: number;
}

const NONE: ShownIdentity = { kind: 'none' };
const BEARER = /^Bearer +([^\s]+) *$/i;

/** Reads identities off requests: a certificate of the connection, or else a token in the header `Authorization`. */
export class ShownIdentities {
  private readonly peers = new WeakMap<TLSSocket, Peer>();

  constructor(
    private readonly rootsGeneration: () => number,
    /** Unix time, which certificates are valid in. */
    private readonly nowMs: () => number,
  ) {}

  read(request: IncomingMessage): ShownIdentity {
    const certificate = this.certificateOf(request.socket as TLSSocket);
    const token = tokenOf(request.headers.authorization);
    if (certificate.kind !== 'certificate' || token.kind === 'none') {
      return certificate.kind === 'none' ? token : certificate;
    }
    const isSame = token.kind === 'token' && token.token.server === certificate.server;
    return isSame ? certificate : unusable('certificate and token are not of one server');
  }

  /** Whether the connection was let in by roots that have been replaced: it should not go on for long. */
  isOutdated(socket: TLSSocket): boolean {
    const peer = this.peers.get(socket);
    return peer?.identity.kind === 'certificate' && peer.rootsGeneration !== this.rootsGeneration();
  }

  private certificateOf(socket: TLSSocket): ShownIdentity {
    const known = this.peers.get(socket);
    const peer = known ?? this.examine(socket);
    if (!known) this.peers.set(socket, peer);
    return this.nowMs() < peer.expiresAtMs ? peer.identity : unusable('CERT_HAS_EXPIRED');
  }

  private examine(socket: TLSSocket): Peer {
    const rootsGeneration = this.rootsGeneration();
    const { subject, valid_to } = socket.getPeerCertificate();
    if (subject === undefined) {
      return { identity: NONE, expiresAtMs: Number.POSITIVE_INFINITY, rootsGeneration };
    }
    const identity = socket.authorized
      ? certificateIdentity(subject.CN)
      : unusable(String(socket.authorizationError));
    return { identity, expiresAtMs: Date.parse(valid_to), rootsGeneration };
  }
}

/** A certificate with several common names has none that could be meant. */
function certificateIdentity(commonName: unknown): ShownIdentity {
  return typeof commonName === 'string' && isServerId(commonName)
    ? { kind: 'certificate', server: commonName }
    : unusable('the common name of the certificate is no server id');
}

function tokenOf(header: string | undefined): ShownIdentity {
  if (header === undefined) return NONE;
  const token = readServerToken(BEARER.exec(header)?.[1] ?? '');
  return token ? { kind: 'token', token } : unusable('what was sent is no token of a server');
}

function unusable(cause: string): ShownIdentity {
  return { kind: 'unusable', cause };
}
