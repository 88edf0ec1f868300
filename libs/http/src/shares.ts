/** So much of something scarce for each that asks for it. Remembers only those that hold some. */
export class Shares {
  private readonly held = new Map<string, number>();

  constructor(private readonly perHolderMax: number) {}

  /** How many hold something. */
  get holders(): number {
    return this.held.size;
  }

  /** Whether the holder gets one more; each one that it got is to be given back once. */
  take(holder: string): boolean {
    const held = this.held.get(holder) ?? 0;
    if (held >= this.perHolderMax) return false;
    this.held.set(holder, held + 1);
    return true;
  }

  giveBack(holder: string): void {
    const held = this.held.get(holder) ?? 0;
    if (held > 1) this.held.set(holder, held - 1);
    else this.held.delete(holder);
  }
}
