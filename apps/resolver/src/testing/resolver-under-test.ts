import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { readEnv } from '@rollcall/config';
import type { LeasePolicy, LookupStore } from '@rollcall/domain';
import { createLogger } from '@rollcall/observability';
import { SESSION_STORE } from '@rollcall/session-store';
import { until } from '@rollcall/testing';
import type { DynamicModule } from '@nestjs/common';
import { startResolver, type RunningResolver } from '../resolver.application';
import { RESOLVER_SETTINGS, type ResolverConfig } from '../resolver.config';

const LOOPBACK = {
  RESOLVER_HOST: '127.0.0.1',
  RESOLVER_PORT: '0',
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
};

/** A configuration for a test: any free ports of loopback, and whatever the test says. */
export function aConfig(env: Record<string, string> = {}): ResolverConfig {
  return readEnv(RESOLVER_SETTINGS, { ...LOOPBACK, ...env });
}

/** A port of loopback that nobody listened on a moment ago. */
export async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A logger that keeps its lines. */
export function recordingLogger(level: ResolverConfig['log']['level'] = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, logger: createLogger({ app: 'resolver', level }, destination) };
}

/** Gives an application a store that the test holds. */
export function providing(store: LookupStore): DynamicModule {
  class TestStoreModule {}
  return {
    module: TestStoreModule,
    global: true,
    providers: [{ provide: SESSION_STORE, useValue: store }],
    exports: [SESSION_STORE],
  };
}

/** A resolver on real sockets with a store that the test holds. */
export function startOn(
  store: LookupStore,
  env: Record<string, string> = {},
): Promise<RunningResolver> {
  return startResolver(aConfig(env), createLogger({ app: 'resolver', level: 'silent' }), () =>
    providing(store),
  );
}

/** Has the roll written without a gap until it is settled. */
export async function settle(
  store: LookupStore & { readonly policy: LeasePolicy },
  clock: { advance(ms: number): void },
): Promise<void> {
  const { settleAfterMs, renewEveryMs } = store.policy;
  for (let passed = 0; passed <= settleAfterMs; passed += renewEveryMs) {
    await store.renew();
    clock.advance(renewEveryMs);
  }
  await store.renew();
}

/** Asks one of the resolver's health pages. */
export async function health(
  resolver: RunningResolver,
  page: 'live' | 'ready',
): Promise<{ status: number; problems: string[] }> {
  const response = await fetch(`http://127.0.0.1:${resolver.opsPort}/health/${page}`);
  const { problems = [] } = (await response.json()) as { problems?: string[] };
  return { status: response.status, problems };
}

/** One sample of the resolver's metrics, by its name with labels; undefined when it is not there. */
export async function metricOf(
  resolver: RunningResolver,
  sample: string,
): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${resolver.opsPort}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length));
}

/** How many lookups the resolver has measured, and how many of them it answered within 300 ms, by its own clock. */
export async function measuredLookups(
  resolver: RunningResolver,
): Promise<{ all: number; within300Ms: number }> {
  const text = await (await fetch(`http://127.0.0.1:${resolver.opsPort}/metrics`)).text();
  const sample = (name: string) => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    if (line === undefined) throw new Error(`there is no metric ${name}`);
    return Number(line.slice(name.length));
  };
  return {
    all: sample('rollcall_lookup_duration_seconds_count'),
    within300Ms: sample('rollcall_lookup_duration_seconds_bucket{le="0.3"}'),
  };
}

export function untilReady(resolver: RunningResolver): Promise<void> {
  return untilReadiness(resolver, 200);
}

export function untilUnready(resolver: RunningResolver): Promise<void> {
  return untilReadiness(resolver, 503);
}

async function untilReadiness(resolver: RunningResolver, status: number): Promise<void> {
  const answers = async () => (await health(resolver, 'ready')).status === status;
  await until(`the question whether it is ready is answered with ${status}`, answers);
}
