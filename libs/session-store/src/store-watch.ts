import type { StoreObserver } from './redis-connection';

/** Hears of the store's connection before there is anybody to tell, as it is opened first. */
export class StoreWatch implements StoreObserver {
  private tellChange: (up: boolean) => void = () => undefined;
  private tellMove: () => void = () => undefined;

  constructor(private readonly metrics: Required<Omit<StoreObserver, 'leftMaster'>>) {}

  onConnectionChanged(tell: (up: boolean) => void): void {
    this.tellChange = tell;
  }

  onLeftMaster(tell: () => void): void {
    this.tellMove = tell;
  }

  commandFinished(command: string, seconds: number, ok: boolean): void {
    this.metrics.commandFinished(command, seconds, ok);
  }

  connectionChanged(up: boolean): void {
    this.metrics.connectionChanged(up);
    this.tellChange(up);
  }

  leftMaster(): void {
    this.tellMove();
  }
}
