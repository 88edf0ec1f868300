import { Setting, type Settings } from '@rollcall/config';
import { IsInt, IsNotEmpty, Max, Min } from 'class-validator';

const DCV_COMMANDS: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'C:\\Program Files\\NICE\\DCV\\Server\\bin\\dcv.exe',
};

const POLL_RULE = {
  message: 'AGENT_POLL_INTERVAL_MS must be a whole number of milliseconds from 50 to 60000',
};
const TIMEOUT_RULE = {
  message: 'AGENT_DCV_TIMEOUT_MS must be a whole number of milliseconds from 100 to 60000',
};
const GRACE_RULE = {
  message: 'DCV_GRACE_MS must be a whole number of milliseconds from 0 to 86400000',
};

export interface DcvConfig {
  readonly command: string;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  readonly graceMs: number;
}

export class DcvSettings implements Settings<DcvConfig> {
  @Setting({
    default: DCV_COMMANDS[process.platform] ?? 'dcv',
    about:
      'The dcv program: one path or name, no arguments, run without a shell and with the agent’s environment',
  })
  @IsNotEmpty()
  AGENT_DCV_COMMAND!: string;

  @Setting({
    default: 10_000,
    about: 'How long one dcv list-sessions may take before it is killed and counts as failed',
  })
  @IsInt(TIMEOUT_RULE)
  @Min(100, TIMEOUT_RULE)
  @Max(60_000, TIMEOUT_RULE)
  AGENT_DCV_TIMEOUT_MS!: number;

  @Setting({
    default: 2_000,
    about: 'Between two looks at the host’s sessions: how soon a new session is found',
  })
  @IsInt(POLL_RULE)
  @Min(50, POLL_RULE)
  @Max(60_000, POLL_RULE)
  AGENT_POLL_INTERVAL_MS!: number;

  @Setting({
    default: 30_000,
    about:
      'How long the sessions that dcv listed last stay findable while dcv fails; counted from its last good answer, or from the start of the agent',
  })
  @IsInt(GRACE_RULE)
  @Min(0, GRACE_RULE)
  @Max(86_400_000, GRACE_RULE)
  DCV_GRACE_MS!: number;

  toConfig(): DcvConfig {
    return {
      command: this.AGENT_DCV_COMMAND,
      timeoutMs: this.AGENT_DCV_TIMEOUT_MS,
      pollIntervalMs: this.AGENT_POLL_INTERVAL_MS,
      graceMs: this.DCV_GRACE_MS,
    };
  }
}
