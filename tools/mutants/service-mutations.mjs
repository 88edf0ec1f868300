import { within } from './within.mjs';

const domain = within('libs/domain/jest.config.cjs');
const resolver = within('apps/resolver/jest.config.cjs');
const http = within('libs/http/jest.config.cjs');
const observability = within('libs/observability/jest.config.cjs');
const tls = within('libs/tls/jest.config.cjs');
const reconciler = within('apps/reconciler/jest.config.cjs');

/** What the domain, the resolver and the doors’ libraries rest on. */
export const SERVICE_MUTANTS = [
  domain(
    'I1: an unsettled roll answers 404',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `return evidence.settled && request.renewing
        ? notFound`,
      replace: `return request.renewing
        ? notFound`,
    },
  ),
  domain(
    'I1: a resolver that cannot renew answers 404',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `return evidence.settled && request.renewing
        ? notFound`,
      replace: `return evidence.settled
        ? notFound`,
    },
  ),
  domain(
    'I7: any reported endpoint is answered',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `if (!request.permits(destination.endpoint)) return notFound('endpoint-refused');`,
      replace: '',
    },
  ),
  domain(
    'I7: metadata addresses are allowed',
    { file: 'endpoint-policy' },
    {
      file: 'libs/domain/src/endpoint-policy.ts',
      find: `'169.254.0.0/16',`,
      replace: '',
    },
  ),
  domain(
    'eviction: planned before the roll is judged',
    { file: 'eviction' },
    {
      file: 'libs/domain/src/eviction.ts',
      find: `if (!scan.judged) return`,
      replace: `if (scan.total < 0) return`,
    },
  ),
  domain(
    'policy: a lease of one interval boots',
    { file: 'lease-policy' },
    {
      file: 'libs/domain/src/lease-policy.ts',
      find: `if (leaseTtlMs < leaseMinMs) {`,
      replace: `if (leaseTtlMs < 0) {`,
    },
  ),
  resolver(
    'lookups: nobody takes the short cut',
    { file: 'resolver.application' },
    {
      file: 'apps/resolver/src/resolver.application.ts',
      find: `  listeners.openShortCut(app.get(ShortCut));\n`,
      replace: '',
    },
  ),
  resolver(
    'store down: an outage is a 404',
    { file: 'resolve-session.spec' },
    {
      file: 'libs/http/src/bounded-gate.ts',
      find: `if (failure) resolve({ kind: 'unavailable', cause: failure });`,
      replace: `if (failure) resolve({ kind: 'absent', settled: true, lastKnown: { kind: 'nothing' } } as never);`,
    },
  ),
  http(
    'store down: a silent store is waited for',
    { file: 'bounded-gate' },
    {
      file: 'libs/http/src/bounded-gate.ts',
      find: `this.deadlines = new Deadlines(budgetMs, now);`,
      replace: `this.deadlines = new Deadlines(60_000, now);`,
    },
  ),
  http(
    'deadlines: that of an answered question stays set',
    { file: 'bounded-gate' },
    {
      file: 'libs/http/src/bounded-gate.ts',
      find: `        this.deadlines.clear(deadline);\n`,
      replace: '',
    },
  ),
  http(
    'deadlines: a fault in one of them ends all',
    { file: 'deadlines' },
    {
      file: 'libs/http/src/deadlines.ts',
      find: `    } finally {\n      this.timer = undefined;`,
      replace: `    } finally {\n    }\n    {\n      this.timer = undefined;`,
    },
  ),
  observability(
    'metrics: the time between two looks counts as lag',
    { file: 'process-metrics' },
    {
      file: 'libs/observability/src/process-metrics.ts',
      find: `=> max - SAMPLED_EVERY_NS`,
      replace: `=> max`,
    },
  ),
  resolver(
    'trust: a lost connection changes nothing',
    { file: 'roll-renewal' },
    {
      file: 'apps/resolver/src/roll/roll-renewal.service.ts',
      find: `    this.renewals = renewalFailed(this.renewals);
    this.failure = new StoreUnavailableError('unreachable').message;`,
      replace: '',
    },
  ),
  reconciler(
    'watchdog: nobody watches',
    { file: 'sweep.watchdog' },
    {
      file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
      find: `(await this.sweptLately())`,
      replace: `((await this.sweptLately()) || true)`,
    },
  ),
  reconciler(
    'watchdog: after an outage the word of the store on the last sweep is believed',
    { file: 'sweep.watchdog' },
    {
      file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
      find: `!this.storeWasAway && (await`,
      replace: `(await`,
    },
  ),
  reconciler(
    'watchdog: the worker is never renewed',
    { file: 'sweep.watchdog' },
    {
      file: 'apps/reconciler/src/sweep/sweep.watchdog.ts',
      find: `    this.processor.renew();`,
      replace: '',
    },
  ),
  domain(
    'provisional: believed by a resolver that cannot renew',
    { file: 'resolution' },
    {
      file: 'libs/domain/src/resolution.ts',
      find: `      return evidence.heard && request.renewing
        ? destined`,
      replace: `      return evidence.heard
        ? destined`,
    },
  ),
  resolver(
    'verifier: a header says who asks',
    { file: 'verify/verify.spec', title: 'does not believe what a request says' },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `request.socket.remoteAddress ?? ''`,
      replace: `String(request.headers['x-forwarded-for'] ?? request.socket.remoteAddress)`,
    },
  ),
  resolver(
    'verifier: who asked is forgotten when the connection breaks',
    { file: 'verify/verify.spec', title: 'says no, and never a 5xx' },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `addresses.set(request, request.socket.remoteAddress ?? '');`,
      replace: '',
    },
    {
      file: 'apps/resolver/src/http/source-address.ts',
      find: `return addresses.get(request) ?? '';`,
      replace: `return request.socket.remoteAddress ?? '';`,
    },
  ),
  resolver(
    'verifier: a user name is not escaped',
    { file: 'verify/verify.spec', title: 'names the user' },
    {
      file: 'apps/resolver/src/verify/auth-answer.ts',
      find: `    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);`,
      replace: `    .replace(/[&<>"']/g, (character) => character);`,
    },
  ),
  resolver(
    'verifier: an outage is a no',
    { file: 'verify/verify.spec', title: 'says that it cannot know' },
    {
      file: 'apps/resolver/src/verify/auth-answer.ts',
      find: `return noAnswer(503, ERRORS.STORE_UNAVAILABLE.message);`,
      replace: `return noAnswer(200, ERRORS.STORE_UNAVAILABLE.message);`,
    },
  ),
  resolver(
    'route: whatever the store holds becomes a header',
    { file: 'route/route.spec', title: 'I7' },
    {
      file: 'apps/resolver/src/route/route-answer.ts',
      find: `return endpointProblem(endpoint) === undefined`,
      replace: `return endpointProblem(endpoint) !== 'nothing'`,
    },
  ),
  resolver(
    'prefix: any of its length does',
    { file: 'resolver.ports', title: 'path prefix' },
    {
      file: 'apps/resolver/src/http/paths.ts',
      find: `isSame(path.slice(0, prefix.length), prefix)`,
      replace: `path.length > 0`,
    },
  ),
  resolver(
    'ports: both serve everything',
    { file: 'resolver.ports', title: 'when there are two' },
    {
      file: 'apps/resolver/src/http/listeners.ts',
      find: `return this.isSplit && PORT_OF[edge] !== port ? 'port' : undefined;`,
      replace: `return undefined;`,
    },
  ),
  resolver(
    'TLS: no client certificate is needed',
    { file: 'resolver.tls', title: 'asks for client certificates' },
    {
      file: 'libs/tls/src/tls-options.ts',
      find: `rejectUnauthorized: asksForCertificate && clients === 'required',`,
      replace: `rejectUnauthorized: false,`,
    },
  ),
  tls(
    'TLS: a broken new certificate is taken up',
    { file: 'tls-reload' },
    {
      file: 'libs/tls/src/tls-reload.ts',
      find: `const material = checkTlsFiles(config, files, nowMs());`,
      replace: `const material = { ...checkTlsFiles(config, this.inUse.files, nowMs()), files };`,
    },
  ),
  tls(
    'TLS: half of a new file is taken up',
    { file: 'tls-reload', title: 'waits' },
    {
      file: 'libs/tls/src/tls-reload.ts',
      find: `const isConfirmed = asked || isSameSight(sight, this.sight);`,
      replace: `const isConfirmed = asked || sight !== this.sight;`,
    },
  ),
  domain(
    'identities: an older record is as good as a later one',
    { file: 'server-identity' },
    {
      file: 'libs/domain/src/server-identity.ts',
      find: `return stored === undefined || record.changedAtMs > stored.changedAtMs;`,
      replace: `return stored === undefined;`,
    },
  ),
];
