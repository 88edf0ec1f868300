import { IsInt, Matches, Max, Min } from 'class-validator';
import { Setting, type Settings, type SettingsClass } from './setting.decorator';

/** Where an app answers `/health/…` and `/metrics`. */
export interface MetricsConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const PORT_RULE = { message: 'METRICS_PORT must be a whole number from 0 to 65535' };

/** The settings of an app's health and metrics; each app has its own default port. */
export function metricsSettings(defaultPort: number): SettingsClass<MetricsConfig> {
  class MetricsSettings implements Settings<MetricsConfig> {
    @Setting({
      default: '0.0.0.0',
      about: 'Address that health and metrics listen on; 127.0.0.1 keeps them on this machine',
    })
    @Matches(/^[0-9A-Za-z.:_-]{1,253}$/, {
      message: 'METRICS_HOST must be an address or a name of this machine',
    })
    METRICS_HOST!: string;

    @Setting({
      default: defaultPort,
      about: 'Port of health and metrics, never public with the service; 0 takes any free port',
    })
    @IsInt(PORT_RULE)
    @Min(0, PORT_RULE)
    @Max(65_535, PORT_RULE)
    METRICS_PORT!: number;

    toConfig(): MetricsConfig {
      return { host: this.METRICS_HOST, port: this.METRICS_PORT };
    }
  }
  return MetricsSettings;
}
