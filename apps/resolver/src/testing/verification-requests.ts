import type { SeededRandom } from '@rollcall/testing';

/** What a DCV server sends in its form. */
export interface VerificationFields {
  readonly sessionId?: string;
  readonly authenticationToken?: string;
  readonly clientAddress?: string;
}

const FORM_TYPE = 'content-type: application/x-www-form-urlencoded\r\n';

/** The form as it stands in a body. */
export function formOf(fields: VerificationFields): string {
  return new URLSearchParams(Object.entries(fields)).toString();
}

/** A whole request, as a DCV server sends it but for what the test says. */
export function verification(
  path: string,
  body: string | Buffer,
  headers = FORM_TYPE,
  method = 'POST',
): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([
    Buffer.from(
      `${method} ${path} HTTP/1.1\r\nhost: verifier\r\n${headers}content-length: ${bytes.length}\r\n\r\n`,
      'latin1',
    ),
    bytes,
  ]);
}

const TEXT = 'abcXYZ019-._~!*\'()=&+%"<>[]{}|\\^`/?#@:;, \r\n\0';

/** Bodies that are no form, or a form of nothing, or a good one with some of its bytes changed; the same for a seed. */
export function malformedBody(random: SeededRandom): Buffer {
  const good = formOf({ sessionId: 'console', authenticationToken: 'x'.repeat(43) });
  return random.pick([
    () => random.bytes(random.below(600)),
    () => Buffer.from(random.text(random.below(300), TEXT)),
    () => damaged(good, random),
    () => Buffer.from(`${good}&${random.pick(['sessionId', 'authenticationToken'])}=x`),
    () => Buffer.from(good.slice(0, random.below(good.length))),
    () => Buffer.from(`sessionId=${'%00'.repeat(1 + random.below(99))}&authenticationToken=y`),
    () => Buffer.from(`sessionId=${'x'.repeat(257 + random.below(9_000))}&authenticationToken=y`),
    () => Buffer.from(`a=${'&a='.repeat(random.below(5_000))}`),
    () => Buffer.from(`{"sessionId":"console","authenticationToken":${random.below(9)}}`),
  ])();
}

function damaged(form: string, random: SeededRandom): Buffer {
  const bytes = Buffer.from(form);
  for (let damage = 1 + random.below(4); damage > 0; damage--) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return bytes;
}
