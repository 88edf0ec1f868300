/** A wait that can be cut short. */
export class Alarm {
  private end?: () => void;

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.end = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.end = end;
    });
  }

  /** Ends the wait under way, if there is one. */
  ring(): void {
    this.end?.();
  }
}
