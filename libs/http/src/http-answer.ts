import { STATUS_CODES, type ServerResponse } from 'node:http';
import { errorBody, ERRORS, RETRY_AFTER_SECONDS, type ErrorCode } from '@rollcall/contracts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

export function jsonAnswer(
  status: number,
  content: object,
  headers: Readonly<Record<string, string | number>> = {},
): HttpAnswer {
  const body = JSON.stringify(content);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  };
}

const ERROR_ANSWERS = new Map(
  (Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, prepareErrorAnswer(code)]),
);

export function errorAnswer(code: ErrorCode): HttpAnswer {
  return ERROR_ANSWERS.get(code) ?? prepareErrorAnswer(code);
}

/**
 * Writes past Fastify's reply, which parses the content type again for every answer and adds a charset that JSON has not.
 */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer): void {
  if (response.headersSent) return;
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** The answer as it goes over a socket that no request could be read from; it is the last one there. */
export function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

function prepareErrorAnswer(code: ErrorCode): HttpAnswer {
  const { status } = ERRORS[code];
  return jsonAnswer(status, errorBody(code), {
    ...(status === 503 || status === 429 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
}
