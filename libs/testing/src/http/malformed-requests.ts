import { SeededRandom } from '../random/seeded-random';

/** Bytes that are no good request, and what they were made to be. */
export interface MalformedRequest {
  readonly bytes: Buffer;
  /** The request may look unfinished: the connection has to be half-closed to get an answer. */
  readonly unfinished: boolean;
}

const QUERY = 'sessionId=gpu-1~console&transport=HTTP';
const HOST = 'host: resolver\r\n';
const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const PRINTABLE = `${TOKEN}ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$'()*,;:@/?=&+%#"<>[]{}|^\``;

type Make = (random: SeededRandom) => string | Buffer;

const KINDS: Readonly<Record<string, Make>> = {
  'random bytes': (random) => random.bytes(1 + random.below(600)),
  'random text': (random) => `${random.text(1 + random.below(200), PRINTABLE)}\r\n\r\n`,
  'a badly encoded id': (random) =>
    post(
      `sessionId=${random.text(random.below(8), TOKEN)}${brokenEncoding(random)}&transport=HTTP`,
    ),
  'an id with a control character': (random) =>
    post(
      `sessionId=a${percent(random.pick([random.below(32), 127]))}${random.text(3, TOKEN)}&transport=HTTP`,
    ),
  'an over-long id': (random) =>
    post(`sessionId=${random.text(257 + random.below(3_000), TOKEN)}&transport=QUIC`),
  'a missing or empty id': (random) =>
    post(
      random.pick([
        'transport=HTTP',
        'sessionId=&transport=HTTP',
        'sessionId&transport=QUIC',
        'SESSIONID=a&transport=HTTP',
      ]),
    ),
  'a wrong transport': (random) =>
    post(
      `sessionId=console&transport=${random.pick(['http', 'quic', 'HTTPS', 'TCP', '', '%00', 'HTTP%20', random.text(5, TOKEN)])}`,
    ),
  'a repeated parameter': (random) =>
    post(
      `${QUERY}&${random.pick(['sessionId', 'transport', 'session%49d', 'trans%70ort'])}=${random.text(random.below(5), TOKEN)}`,
    ),
  'a repeated address': (random) =>
    post(
      `${QUERY}&clientIpAddress=${random.text(random.below(5), TOKEN)}&client%49pAddress=192.0.2.7`,
    ),
  'bad encoding beside the id': (random) =>
    post(
      `${QUERY}&${random.pick(['clientIpAddress=', 'x=', '', `${random.text(3, TOKEN)}`])}${brokenEncoding(random)}`,
    ),
  'an unreadable path': (random) =>
    `POST /${random.text(3, TOKEN)}${random.pick(['%', '%z', '%GG', '%FF', '%C0%AF'])}?${QUERY} HTTP/1.1\r\n${HOST}\r\n`,
  'another path': (random) =>
    `POST /${random.text(1 + random.below(40), TOKEN)}?${QUERY} HTTP/1.1\r\n${HOST}\r\n`,
  'another method': (random) =>
    `${random.pick(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'CONNECT', 'BREW', 'post'])} /resolveSession?${QUERY} HTTP/1.1\r\n${HOST}\r\n`,
  'a broken request line': (random) =>
    `${random.pick(['POST', 'POST /resolveSession', `POST /resolveSession?${QUERY} HTTP/9.9`, `POST /resolveSession?${QUERY} http/1.1`, `POST /resolveSession?${QUERY} HTTP/1.1 x`, `POST\t/resolveSession?${QUERY}\tHTTP/1.1`, `POST resolveSession?${QUERY} HTTP/1.1`, '\0POST / HTTP/1.1'])}\r\n${HOST}\r\n`,
  'a broken header': (random) =>
    post(
      QUERY,
      random.pick([
        'no colon\r\n',
        ': no name\r\n',
        'na me: x\r\n',
        'x: a\0b\r\n',
        'x: a\rb\r\n',
        'x\x01: y\r\n',
        `${random.text(4, '()<>@,;:\\"/[]?={}')}: x\r\n`,
      ]),
    ),
  'a contradictory length': (random) =>
    post(
      QUERY,
      random.pick([
        'content-length: -1\r\n',
        'content-length: 1e3\r\n',
        'content-length: 99999999999999999999\r\n',
        'content-length: 1\r\ncontent-length: 2\r\n',
        'content-length: 3\r\ntransfer-encoding: chunked\r\n',
        'transfer-encoding: chunked, x\r\n',
      ]),
    ),
  'garbage in chunks': (random) =>
    post(
      QUERY,
      'transfer-encoding: chunked\r\n',
      random.pick([
        'x\r\n',
        '-1\r\n',
        'FFFFFFFFFFFFFFFFFF\r\n',
        '2\r\nabc\r\n',
        '1;\x01\r\na\r\n',
        `3\r\n${random.text(3, TOKEN)}oops\r\n0\r\n\r\n`,
        random.bytes(1 + random.below(40)).toString('latin1'),
      ]),
    ),
  'too large a body': (random) => {
    const length = 16 * 1024 + 1 + random.below(20_000);
    return post(
      QUERY,
      `content-length: ${length}\r\n`,
      random.pick(['x', '\0', '{']).repeat(length),
    );
  },
  'too long headers': (random) =>
    post(QUERY, `x: ${random.text(1, TOKEN).repeat(16 * 1024 + random.below(50_000))}\r\n`),
  'too long a target': (random) =>
    post(`${QUERY}&x=${random.text(1, TOKEN).repeat(16 * 1024 + random.below(50_000))}`),
  'no host': () => `POST /resolveSession?${QUERY} HTTP/1.1\r\n\r\n`,
  TLS: (random) =>
    Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), random.bytes(300)]),
  'HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
};

export const MALFORMED_KINDS = Object.keys(KINDS);

/** Requests of one kind; the same for the same seed. */
export function malformedRequests(kind: string, seed: number, count: number): MalformedRequest[] {
  const random = new SeededRandom(seed);
  const make = KINDS[kind];
  if (!make) throw new Error(`no such kind: ${kind}`);
  return Array.from({ length: count }, () => asRequest(kind, make(random)));
}

/** A good request with some of its bytes changed: it may have stayed good. */
export function damagedRequest(random: SeededRandom): Buffer {
  const bytes = Buffer.from(
    post(`${QUERY}&clientIpAddress=192.0.2.7`, 'accept: application/json\r\n'),
    'latin1',
  );
  for (let damage = 1 + random.below(4); damage > 0; damage--) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return bytes;
}

function asRequest(kind: string, made: string | Buffer): MalformedRequest {
  const bytes = typeof made === 'string' ? Buffer.from(made, 'latin1') : made;
  const unfinished = [
    'random bytes',
    'random text',
    'garbage in chunks',
    'TLS',
    'a contradictory length',
    'a broken request line',
    'a broken header',
  ].includes(kind);
  return { bytes, unfinished };
}

function post(query: string, headers = '', body = ''): string {
  return `POST /resolveSession?${query} HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;
}

function brokenEncoding(random: SeededRandom): string {
  return random.pick([
    '%',
    '%4',
    '%GG',
    '%-1',
    '%%',
    '%u0041',
    '%80',
    '%E6%97',
    '%C0%80',
    '%ED%A0%80',
    '%F8%88%80%80',
    percent(128 + random.below(64)),
    '\xe9',
    '\x80',
  ]);
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
