const GOOD = {
  boot: 1_000_000,
  sequence: 1,
  endpoint: { host: '127.0.1.99', httpPort: 8443, quicPort: 0, webUrlPath: '/' },
  zone: '',
  healthy: true,
  leaving: false,
  sessions: { kind: 'listed', ids: ['forged'] },
};

const DEEP = '['.repeat(100_000) + ']'.repeat(100_000);
const MEGABYTE = 1_048_576;

const many = (count) => Array.from({ length: count }, (_, index) => `forged-${index}`);
const endpoint = (wrong) => ({ endpoint: { ...GOOD.endpoint, ...wrong } });
const ids = (...wrong) => ({ sessions: { kind: 'listed', ids: wrong } });

/** Of the right types, with what no report may say. */
const WRONG_VALUES = [
  ...[0, -1, 1.5, 10_000_000_000].map((boot) => ({ boot })),
  ...[0, -1, 0.5, 1_000_000_000_000].map((sequence) => ({ sequence })),
  ...['', 'a b', 'a\0b', 'desk..example', '-desk', 'x'.repeat(300), '[::1]'].map((host) =>
    endpoint({ host }),
  ),
  ...[-1, 65_536, 1.5].flatMap((port) => [
    endpoint({ httpPort: port }),
    endpoint({ quicPort: port }),
  ]),
  endpoint({ httpPort: 0 }),
  ...['', 'desk', '/a b', '/\0', '/\n', `/${'x'.repeat(300)}`].map((webUrlPath) =>
    endpoint({ webUrlPath }),
  ),
  ...['a b', 'a\0', 'ä', 'x'.repeat(64)].map((zone) => ({ zone })),
  ...['', 'a\0b', '\n', '\u007f', 'x'.repeat(257), 'ä'.repeat(129)].map((id) => ids(id)),
  ids('twice', 'twice'),
  ids(...many(501)),
  ids(...many(10_000)),
  { sessions: { kind: 'listed', ids: ['one'], reopened: ['other'] } },
];

/** Of types that a report does not have. */
const WRONG_TYPES = [
  ...['boot', 'sequence'].flatMap((field) =>
    ['1', null, [], {}, true].map((wrong) => ({ [field]: wrong })),
  ),
  ...[null, [], 'desk', 7].flatMap((wrong) => [{ endpoint: wrong }, { sessions: wrong }]),
  ...[null, 7, [], {}].flatMap((wrong) => [
    endpoint({ host: wrong }),
    endpoint({ webUrlPath: wrong }),
    { zone: wrong },
  ]),
  ...['8443', null, [8443]].flatMap((wrong) => [
    endpoint({ httpPort: wrong }),
    endpoint({ quicPort: wrong }),
  ]),
  ...['yes', 1, null, []].flatMap((wrong) => [{ healthy: wrong }, { leaving: wrong }]),
  { sessions: { kind: 'guessed', ids: [] } },
  { sessions: { kind: 'listed' } },
  ...[1, null, {}, []].map((id) => ids(id)),
  { sessions: { kind: 'listed', ids: 'desk' } },
  { sessions: { kind: 'listed', ids: [], reopened: 'desk' } },
  { server: 7 },
  { server: 'somebody-else' },
];

/** What the addresses of a site do not include. */
const WRONG_PLACES = [
  { host: '169.254.169.254' },
  { host: '192.0.2.7' },
  { host: '1.2.3' },
  { host: 'metadata.google.internal' },
  { httpPort: 22 },
].map(endpoint);

const whole = (random, below) => Math.floor(random.next() * below);
const bytes = (random, length) => Buffer.from(Array.from({ length }, () => whole(random, 256)));

/** One or two things wrong, which are there in every case. */
function wrongFields(random, choices) {
  const [one, other] = [random.pick(choices), random.pick(choices)];
  return random.next() < 0.5 ? one : { ...other, ...one };
}

/** A report as the store would be given it, and must not take. */
export function badReport(random, server) {
  return { ...GOOD, server, ...wrongFields(random, WRONG_VALUES) };
}

/** Bodies that are no JSON, or too large, or of great depth: rare, as each takes long. */
const BROKEN_BODIES = [
  (random) => bytes(random, 1 + whole(random, 500)),
  () => Buffer.alloc(0),
  () => Buffer.alloc(MEGABYTE, 'x'),
  () => JSON.stringify({ ...GOOD, more: 'x'.repeat(MEGABYTE) }),
  () => DEEP,
  () => JSON.stringify(GOOD).replace('"forged"', DEEP),
  (random) => JSON.stringify(GOOD).slice(0, 1 + whole(random, 100)),
  () => `\0${JSON.stringify(GOOD)}`,
  () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  (random) => JSON.stringify(random.pick([null, [], 'report', 7, true, [GOOD]])),
];

const ANY_WRONG = [...WRONG_VALUES, ...WRONG_TYPES, ...WRONG_PLACES];
const BROKEN_SHARE = 0.1;

/** A body that a report door must refuse, whoever sends it. */
export function badBody(random) {
  if (random.next() < BROKEN_SHARE) return random.pick(BROKEN_BODIES)(random);
  return JSON.stringify({ ...GOOD, ...wrongFields(random, ANY_WRONG) });
}
