import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { LOOKUP_BUDGET_MS, type LookupStore, type TokenStore } from '@rollcall/domain';
import { Metrics, type BoundedLogs } from '@rollcall/observability';
import { SESSION_STORE } from '@rollcall/session-store';
import { ConnectionTokens } from '@rollcall/tokens';
import { BoundedGate } from '@rollcall/http';
import { ShortCut } from './http/short-cut';
import { WireErrorFilter } from './http/wire-error.filter';
import { EndpointPermits } from './resolve/endpoint-permits';
import { LookupHandler } from './resolve/lookup.handler';
import { LookupJournal } from './resolve/lookup.journal';
import { LookupLog } from './resolve/lookup.log';
import { LookupMetrics } from './resolve/lookup.metrics';
import { ResolveSessionController } from './resolve/resolve-session.controller';
import { ResolveSessionService } from './resolve/resolve-session.service';
import type { ResolverConfig } from './resolver.config';
import { LOOKUP_GATE, MONOTONIC_CLOCK, VERIFICATION_GATE } from './resolver.tokens';
import { RollRenewalService } from './roll/roll-renewal.service';
import { rollMetrics } from './roll/roll.metrics';
import { RouteController } from './route/route.controller';
import { VerifyController } from './verify/verify.controller';
import { VerifyJournal } from './verify/verify.journal';
import { VerifyLog } from './verify/verify.log';
import { VerifyMetrics } from './verify/verify.metrics';
import { VerifyService } from './verify/verify.service';

/** As many as this process answers in a seventh of a lookup's budget. */
const LOOKUPS_PENDING_MAX = 2_000;

/** A verification takes up to three commands, one after the other. */
const VERIFICATIONS_PENDING_MAX = 500;

/** Of one address: far more than one host, or all hosts behind one NAT, have waiting, and little of the whole. */
const VERIFICATIONS_PENDING_PER_SOURCE_MAX = 32;

/** All commands together: the answer has to be out within a second. */
const VERIFICATION_BUDGET_MS = 800;

/** Twice the largest fleet. */
const ENDPOINTS_REMEMBERED_MAX = 20_000;

export interface ResolverParts {
  readonly config: Pick<ResolverConfig, 'endpoints' | 'timing'>;
  readonly metrics: Metrics;
  readonly logs: BoundedLogs;
  /** Provides `SESSION_STORE` to everybody. */
  readonly store: DynamicModule;
}

/** Wires a resolver; every provider is a singleton. */
@Module({})
export class ResolverModule {
  static register(parts: ResolverParts): DynamicModule {
    return {
      module: ResolverModule,
      imports: [parts.store],
      controllers: [ResolveSessionController, RouteController, VerifyController],
      providers: [
        { provide: APP_FILTER, useClass: WireErrorFilter },
        { provide: MONOTONIC_CLOCK, useValue: () => performance.now() },
        LookupHandler,
        ShortCut,
        ...lookupProviders(parts),
        ...verifyProviders(parts),
        ...rollProviders(parts),
      ],
    };
  }
}

function lookupProviders({ config, metrics, logs }: ResolverParts): Provider[] {
  return [
    {
      provide: LOOKUP_GATE,
      inject: [MONOTONIC_CLOCK],
      useFactory: (now: () => number) =>
        new BoundedGate({ pendingMax: LOOKUPS_PENDING_MAX, budgetMs: LOOKUP_BUDGET_MS, now }),
    },
    {
      provide: LookupJournal,
      inject: [LOOKUP_GATE],
      useFactory: (gate: BoundedGate) =>
        new LookupJournal(new LookupMetrics(metrics, () => gate.pending), new LookupLog(logs)),
    },
    {
      provide: ResolveSessionService,
      inject: [SESSION_STORE, LOOKUP_GATE, RollRenewalService],
      useFactory: (store: LookupStore, gate: BoundedGate, roll: RollRenewalService) => {
        const permits = new EndpointPermits(config.endpoints, ENDPOINTS_REMEMBERED_MAX);
        return new ResolveSessionService(store, gate, permits, roll);
      },
    },
  ];
}

function verifyProviders({ metrics, logs }: ResolverParts): Provider[] {
  return [
    {
      provide: VERIFICATION_GATE,
      inject: [MONOTONIC_CLOCK],
      useFactory: (now: () => number) =>
        new BoundedGate({
          pendingMax: VERIFICATIONS_PENDING_MAX,
          pendingPerSourceMax: VERIFICATIONS_PENDING_PER_SOURCE_MAX,
          budgetMs: VERIFICATION_BUDGET_MS,
          now,
        }),
    },
    {
      provide: VerifyJournal,
      inject: [VERIFICATION_GATE],
      useFactory: (gate: BoundedGate) =>
        new VerifyJournal(new VerifyMetrics(metrics, () => gate.pending), new VerifyLog(logs)),
    },
    {
      provide: VerifyService,
      inject: [SESSION_STORE, VERIFICATION_GATE, MONOTONIC_CLOCK],
      useFactory: (store: TokenStore, gate: BoundedGate, now: () => number) =>
        new VerifyService(new ConnectionTokens(store, now), gate),
    },
  ];
}

function rollProviders({ config, metrics }: ResolverParts): Provider[] {
  return [
    {
      provide: RollRenewalService,
      inject: [SESSION_STORE, MONOTONIC_CLOCK],
      useFactory: (store: LookupStore, now: () => number) => {
        const roll = new RollRenewalService(store, config.timing, now);
        rollMetrics(metrics, () => roll.trust());
        return roll;
      },
    },
  ];
}
