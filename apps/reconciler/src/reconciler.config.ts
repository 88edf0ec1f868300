import {
  BeliefSettings,
  EndpointSettings,
  LogSettings,
  metricsSettings,
  RedisSettings,
  Setting,
  TimingSettings,
  type Config,
  type Settings,
} from '@rollcall/config';
import { IsIn } from 'class-validator';

export interface BoardConfig {
  readonly enabled: boolean;
}

const SWITCH = ['on', 'off'];

/** A page for people who look for a fault in the sweep's jobs. */
export class BoardSettings implements Settings<BoardConfig> {
  @Setting({
    default: 'off',
    about:
      'on shows the jobs of the sweep (Bull Board, read-only) at /board of the metrics port, to whoever reaches that port',
  })
  @IsIn(SWITCH, { message: 'BULL_BOARD must be on or off' })
  BULL_BOARD!: string;

  toConfig(): BoardConfig {
    return { enabled: this.BULL_BOARD === 'on' };
  }
}

/** Everything a reconciler can be told. */
export const RECONCILER_SETTINGS = {
  redis: RedisSettings,
  timing: TimingSettings,
  belief: BeliefSettings,
  endpoints: EndpointSettings,
  metrics: metricsSettings(9449),
  board: BoardSettings,
  log: LogSettings,
};

export type ReconcilerConfig = Config<typeof RECONCILER_SETTINGS>;
