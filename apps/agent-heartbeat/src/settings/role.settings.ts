import { Setting, type Settings } from '@rollcall/config';
import { IsIn } from 'class-validator';

/** What a process of this app does: report for its host, or take the reports of hosts that do not reach the store. */
export type AgentRole = 'agent' | 'ingest';

export class RoleSettings implements Settings<AgentRole> {
  @Setting({
    default: 'agent',
    about:
      'What the process does: agent reports for the DCV host it runs on; ingest takes the reports of other hosts over HTTPS, and needs neither dcv nor a state directory',
  })
  @IsIn(['agent', 'ingest'], { message: 'AGENT_ROLE must be agent or ingest' })
  AGENT_ROLE!: AgentRole;

  toConfig(): AgentRole {
    return this.AGENT_ROLE;
  }
}
