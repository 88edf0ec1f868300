import type { IncomingMessage } from 'node:http';
import { REPORT_BODY_BYTES_MAX } from '@rollcall/contracts';

/** What came as a body. */
export type RequestBody =
  | { readonly kind: 'json'; readonly json: unknown }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable' }
  /** The connection broke, or the listener's time was up. */
  | { readonly kind: 'gone' };

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a body, and no more of it than a report may have. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  if (Number(request.headers['content-length']) > REPORT_BODY_BYTES_MAX) {
    return { kind: 'too-large' };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Whoever sends too much still gets an answer; what comes after it is thrown away.
    for await (const chunk of request.iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > REPORT_BODY_BYTES_MAX) {
        request.resume();
        return { kind: 'too-large' };
      }
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'gone' };
  }
  return parse(Buffer.concat(chunks));
}

function parse(bytes: Buffer): RequestBody {
  try {
    return { kind: 'json', json: JSON.parse(UTF_8.decode(bytes)) as unknown };
  } catch {
    return { kind: 'unreadable' };
  }
}
