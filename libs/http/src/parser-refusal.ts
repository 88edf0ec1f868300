import type { Socket } from 'node:net';
import type { ErrorCode } from '@rollcall/contracts';
import { rawAnswer, type HttpAnswer } from './http-answer';

/** What Node's parser says of bytes that are no request. */
export interface ParserError {
  readonly code?: string;
  readonly rawPacket?: unknown;
  readonly bytesParsed?: number;
}

/**
 * A socket that is closed while bytes of the client are unread resets the connection, and the client loses the answer.
 * So the rest is read and thrown away for this long.
 */
const LINGER_MS = 500;

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]+ [^\s]+ HTTP\/1\.[01]\r?$/;

const refused = new WeakSet<Socket>();

/** The answer to what was no request, in the words of whoever is asked on this connection. */
export type ConnectionAnswer = (code: ErrorCode, socket: Socket) => HttpAnswer;

/** Answers what Node's parser could not read, in the same words as every other refusal. */
export function refuseUnreadable(
  error: ParserError,
  socket: Socket,
  answerOf: ConnectionAnswer,
): void {
  // Whatever still comes in is parsed, and fails, again.
  if (refused.has(socket)) return;
  refuseConnection(refusalOf(error), socket, answerOf);
}

/** Answers on the socket itself and ends the connection. */
export function refuseConnection(
  code: ErrorCode,
  socket: Socket,
  answerOf: ConnectionAnswer,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  refused.add(socket);
  socket.end(rawAnswer(answerOf(code, socket)));
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function refusalOf(error: ParserError): ErrorCode {
  if (error.code === 'HPE_INVALID_METHOD' && isRequestLine(error)) return 'METHOD_NOT_ALLOWED';
  return CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST';
}

/** Whether the parser stumbled in a line that is a request but for its method, which it does not know. */
function isRequestLine({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  if (!Buffer.isBuffer(rawPacket)) return false;
  const start = bytesParsed > 0 ? rawPacket.lastIndexOf('\n', bytesParsed - 1) + 1 : 0;
  const end = rawPacket.indexOf('\n', start);
  return end > start && REQUEST_LINE.test(rawPacket.toString('latin1', start, end));
}
