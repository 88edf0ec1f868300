import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@rollcall/contracts';
import type { HttpAnswer } from '@rollcall/http';
import { refusalAnswer } from './wire-refusal';

const verifying = new WeakSet<Socket>();

/** Remembers a request to the verifier, which has an answer of its own should the rest of it turn out to be unreadable. */
export function noteVerification({ socket }: IncomingMessage, response: ServerResponse): void {
  verifying.add(socket);
  response.once('close', () => verifying.delete(socket));
}

/** The answer to what is no request, in the words of the edge that the connection is in the midst of asking. */
export function connectionAnswer(code: ErrorCode, socket: Socket): HttpAnswer {
  return refusalAnswer(code, verifying.has(socket) ? 'verify' : undefined);
}
