import type { Metrics } from '@rollcall/observability';
import type { Census } from './census';

/** Who is on the roll. Every reconciler shows the whole roll: take one of them, or the largest. */
export class CensusMetrics {
  private readonly servers;
  private readonly sessions;
  private readonly unhealthy;

  constructor(metrics: Metrics) {
    this.servers = metrics.gauge({
      name: 'servers',
      help: 'Servers on the roll, by state; missing while the session store does not answer',
      labelNames: ['state'],
    });
    this.sessions = metrics.gauge({
      name: 'sessions',
      help: 'Sessions on the roll, by the state of their server',
      labelNames: ['state'],
    });
    this.unhealthy = metrics.gauge({
      name: 'unhealthy_servers',
      help: 'Servers on the roll whose DCV server does not answer',
    });
    this.forget();
  }

  show({ servers, sessions, unhealthy }: Census): void {
    for (const [state, count] of Object.entries(servers)) this.servers.set({ state }, count);
    for (const [state, count] of Object.entries(sessions)) this.sessions.set({ state }, count);
    this.unhealthy.set(unhealthy);
  }

  /** What was seen last is no longer known to be so. */
  forget(): void {
    this.servers.reset();
    this.sessions.reset();
    this.unhealthy.remove();
  }
}
