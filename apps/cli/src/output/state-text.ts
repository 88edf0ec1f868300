import type { ServerState } from '@rollcall/domain';
import { formatDuration } from './duration';

/** A server's state with its health, as people read it. */
export function stateText(server: {
  readonly state: ServerState;
  readonly healthy: boolean;
}): string {
  return server.healthy ? server.state : `${server.state}, unhealthy`;
}

/** How long a server is still believed without a new report. */
export function leaseText({ leaseLeftMs }: { readonly leaseLeftMs: number }): string {
  return leaseLeftMs > 0 ? formatDuration(leaseLeftMs) : 'over';
}
