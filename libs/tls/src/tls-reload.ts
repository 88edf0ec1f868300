import type { Logger } from '@rollcall/observability';
import { TlsFileError } from './tls-file-error';
import { isSameFiles, readTlsFiles, type TlsFiles } from './tls-files';
import { checkTlsFiles, warnOfIdle, type TlsMaterial } from './tls-material';
import type { TlsConfig } from './tls-config';
import type { ReloadOutcome } from './tls.metrics';

/** Between two looks at the files. */
const LOOK_EVERY_MS = 2_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface TlsReloadOptions {
  readonly config: TlsConfig;
  /** What the servers were made with. */
  readonly initial: TlsMaterial;
  /** Gives new material to the servers. */
  readonly apply: (material: TlsMaterial) => void;
  readonly reloaded: (outcome: ReloadOutcome) => void;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Unix time, which certificates are valid in. */
  readonly nowMs: () => number;
  readonly read?: (config: TlsConfig) => Promise<TlsFiles>;
}

/** What a look has found: the files, or why they cannot be read. */
type Sight = { readonly files: TlsFiles } | { readonly error: unknown };

/**
 * Takes up new files without a restart. Every two seconds, and when an operator says so, it compares what the files hold
 * with what is in use; dates and inodes would miss `cp -p` and what is written within one tick of the clock.
 * - in use: the files hold what the servers have.
 * - seen: they hold something else. It may be half of a change: the certificate is new, the key still old, or of a file
 *   of several certificates only the first are written. So it waits until the next look finds the same.
 * - told: it has been found twice, and does not do: logged and counted, once. Each look tries again, as time may mend
 *   it; the servers keep what they have.
 * An operator's signal takes up, or tells, at once.
 */
export class TlsReload {
  private inUse: TlsMaterial;
  private sight: Sight;
  private told: string | undefined;
  private expiryToldAtMs = Number.NEGATIVE_INFINITY;
  private last: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: TlsReloadOptions) {
    this.inUse = options.initial;
    this.sight = { files: options.initial.files };
  }

  get material(): TlsMaterial {
    return this.inUse;
  }

  start(lookEveryMs = LOOK_EVERY_MS): void {
    this.timer = setTimeout(() => {
      void this.look().then(() => {
        if (!this.stopped) this.start(lookEveryMs);
      });
    }, lookEveryMs);
  }

  /** Does not wait for a look that is under way, which may read from a disk that hangs: nothing comes of it any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The regular look. */
  look(): Promise<void> {
    return this.inTurn(async () => {
      await this.compare({ asked: false });
      if (!this.stopped) this.tellExpiry();
    });
  }

  /** An operator's: says in any case what came of it. */
  lookNow(): Promise<void> {
    return this.inTurn(() => this.compare({ asked: true }));
  }

  private inTurn(look: () => Promise<void>): Promise<void> {
    this.last = this.last.then(async () => {
      if (!this.stopped) await look();
    });
    return this.last;
  }

  private async compare({ asked }: { asked: boolean }): Promise<void> {
    const sight = await this.see();
    if (this.stopped) return;
    const isConfirmed = asked || isSameSight(sight, this.sight);
    this.sight = sight;
    if ('files' in sight && isSameFiles(sight.files, this.inUse.files)) {
      this.told = undefined;
      if (asked) this.options.logger.info('the TLS files are those in use');
    } else if (isConfirmed) {
      this.act(sight, asked);
    }
  }

  private async see(): Promise<Sight> {
    const { config, read = readTlsFiles } = this.options;
    try {
      return { files: await read(config) };
    } catch (error) {
      return { error };
    }
  }

  private act(sight: Sight, asked: boolean): void {
    try {
      if ('error' in sight) throw sight.error;
      this.takeUp(sight.files);
      this.told = undefined;
    } catch (error) {
      this.cannotUse(error, asked);
    }
  }

  private takeUp(files: TlsFiles): void {
    const { config, apply, reloaded, logger, nowMs } = this.options;
    const material = checkTlsFiles(config, files, nowMs());
    apply(material);
    this.inUse = material;
    this.expiryToldAtMs = Number.NEGATIVE_INFINITY;
    reloaded('loaded');
    const { fingerprint, expiresAtMs } = material;
    const expires = new Date(expiresAtMs).toISOString();
    logger.info({ fingerprint, expires }, 'new TLS files are in use');
    warnOfIdle(material, logger);
  }

  private cannotUse(error: unknown, asked: boolean): void {
    const sentence = messageOf(error);
    if (!asked && this.told === sentence) return;
    this.told = sentence;
    this.options.reloaded('failed');
    const details = error instanceof TlsFileError ? {} : { err: error };
    this.options.logger.error(
      details,
      `new TLS files are not taken up, the old ones stay in use: ${sentence}`,
    );
  }

  /** Time passes for what is in use, too; it stays in use, since nothing is better. */
  private tellExpiry(): void {
    const nowMs = this.options.nowMs();
    const { settings } = this.options.config;
    const { expiresAtMs, clientCaExpiresAtMs = Number.POSITIVE_INFINITY } = this.inUse;
    const expired = [
      ...(nowMs >= expiresAtMs ? [`${settings.certFile}: clients may refuse it`] : []),
      ...(nowMs >= clientCaExpiresAtMs
        ? [`${settings.clientCaFile}: clients with certificates of it are refused`]
        : []),
    ];
    if (expired.length === 0 || nowMs - this.expiryToldAtMs < DAY_MS) return;
    this.expiryToldAtMs = nowMs;
    this.options.logger.warn(`a certificate in use has expired: ${expired.join('; ')}`);
  }
}

function isSameSight(one: Sight, other: Sight): boolean {
  if ('files' in one) return 'files' in other && isSameFiles(one.files, other.files);
  return 'error' in other && messageOf(one.error) === messageOf(other.error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
