import type { ServerState } from '@rollcall/domain';

/** A server's state with its health, as people read it. */
export function stateText(server: {
  readonly state: ServerState;
  readonly healthy: boolean;
}): string {
  return server.healthy ? server.state : `${server.state}, unhealthy`;
}
