import { Setting, type Settings } from '@rollcall/config';
import { isServerId, isZone, type ServerId } from '@rollcall/domain';
import { IsIn, IsNotEmpty, IsOptional, ValidateBy } from 'class-validator';

const STATE_DIRS: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'C:\\ProgramData\\Rollcall',
  darwin: '/Library/Application Support/Rollcall',
};

const SERVER_ID = { name: 'isServerId', validator: { validate: isServerId } };
const ZONE = { name: 'isZone', validator: { validate: isZone } };

/** What the agent does with its sessions when it is stopped. */
export type StopMode = 'leave' | 'withdraw';

export interface HostConfig {
  readonly serverId?: ServerId;
  readonly stateDir: string;
  readonly zone: string;
  readonly stop: StopMode;
}

export class HostSettings implements Settings<HostConfig> {
  @Setting({
    about:
      'Name of this host on the roll, the first part of <server>~<session>: letters, digits, dots, underscores and hyphens. Unset, a random one is made once and kept in AGENT_STATE_DIR',
  })
  @IsOptional()
  @ValidateBy(SERVER_ID, {
    message:
      'AGENT_SERVER_ID must start with a letter or digit and hold at most 63 letters, digits, dots, underscores and hyphens',
  })
  AGENT_SERVER_ID?: string;

  @Setting({
    default: STATE_DIRS[process.platform] ?? '/var/lib/rollcall-agent',
    about:
      'Where the server id, the boot number and the sessions last told are kept, one directory per agent: on a local disk that outlives restarts and upgrades',
  })
  @IsNotEmpty()
  AGENT_STATE_DIR!: string;

  @Setting({
    default: '',
    about:
      'Failure domain of this host, such as its availability zone: when many of one zone fall silent at once, that zone alone is protected',
  })
  @ValidateBy(ZONE, {
    message: 'AGENT_ZONE must hold at most 63 letters, digits, dots, underscores and hyphens',
  })
  AGENT_ZONE!: string;

  @Setting({
    default: 'leave',
    about:
      'What a stop of the agent means: leave keeps the sessions findable for two intervals, so that a restart or an upgrade shows nothing; withdraw takes them down at once, for hosts that are shut down',
  })
  @IsIn(['leave', 'withdraw'], { message: 'AGENT_STOP must be leave or withdraw' })
  AGENT_STOP!: StopMode;

  toConfig(): HostConfig {
    const id = this.AGENT_SERVER_ID;
    return {
      serverId: id !== undefined && isServerId(id) ? id : undefined,
      stateDir: this.AGENT_STATE_DIR,
      zone: this.AGENT_ZONE,
      stop: this.AGENT_STOP,
    };
  }
}
