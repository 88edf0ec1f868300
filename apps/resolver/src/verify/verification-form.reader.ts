import { VERIFY_FIELDS as FIELDS } from '@rollcall/contracts';

/** What a DCV server asks with. */
export interface VerificationForm {
  /** The session's id as the host knows it; not judged yet. */
  readonly session: string;
  readonly token: string;
  readonly clientAddress?: string;
}

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(;|$)/i;

/** Longer than any value that could be right: a local id has at most 256 bytes, a token 43 characters. */
const VALUE_LENGTH_MAX = 512;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a form of the one type that DCV servers send. All of it has to be percent-encoded UTF-8, and no field of the
 * contract may stand in it twice; fields that nobody knows are passed over.
 * @returns undefined when it is not such a form, or lacks the session or the token.
 */
export function readVerificationForm(
  contentTypes: readonly string[],
  body: Buffer,
): VerificationForm | undefined {
  const [contentType = '', ...others] = contentTypes;
  if (others.length > 0 || !FORM_TYPE.test(contentType)) return undefined;
  const values = readValues(body);
  const session = values?.get(FIELDS.sessionId);
  const token = values?.get(FIELDS.authenticationToken);
  if (!session || !token) return undefined;
  const clientAddress = values?.get(FIELDS.clientAddress);
  return clientAddress ? { session, token, clientAddress } : { session, token };
}

function readValues(body: Buffer): Map<string, string> | undefined {
  const text = orUndefined(() => UTF8.decode(body));
  if (text === undefined) return undefined;
  const values = new Map<string, string>();
  for (const field of text.split('&')) {
    const equals = field.indexOf('=');
    const name = decode(equals < 0 ? field : field.slice(0, equals));
    const value = equals < 0 ? '' : decode(field.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    if (!isKnown(name)) continue;
    if (values.has(name) || value.length > VALUE_LENGTH_MAX) return undefined;
    values.set(name, value);
  }
  return values;
}

function isKnown(name: string): boolean {
  return (
    name === FIELDS.sessionId ||
    name === FIELDS.authenticationToken ||
    name === FIELDS.clientAddress
  );
}

function decode(text: string): string | undefined {
  return orUndefined(() => decodeURIComponent(text.replaceAll('+', ' ')));
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
