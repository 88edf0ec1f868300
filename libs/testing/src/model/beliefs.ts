import type { LeasePolicy, ServerId } from '@rollcall/domain';
import { wordOf, type Facts } from './facts';

interface GoodVerdict {
  readonly untilMs: number;
  /** It had ended once: if the store's clock has come back since, it may count again, or not. */
  isDoubtful: boolean;
}

/** What reconcilers have vouched for and protected: what can be said of it from outside. */
export class Beliefs {
  private readonly verdicts = new Map<ServerId, Map<string, GoodVerdict>>();
  private protectedUntilMs = Number.NEGATIVE_INFINITY;
  private changes = 0;
  private isThere = false;

  constructor(private readonly policy: Pick<LeasePolicy, 'lateAfterMs'>) {}

  /** Names the protection as it is, another one after each change; 0 when there is none. */
  get version(): number {
    return this.isThere ? this.changes : 0;
  }

  vouched(server: ServerId, by: string, untilMs: number): void {
    const verdicts = this.verdicts.get(server) ?? new Map<string, GoodVerdict>();
    this.verdicts.set(server, verdicts.set(by, { untilMs, isDoubtful: false }));
  }

  /** Time has passed, or the store's clock has jumped. */
  timeIs(nowMs: number): void {
    for (const verdicts of this.verdicts.values())
      for (const verdict of verdicts.values()) verdict.isDoubtful ||= nowMs >= verdict.untilMs;
  }

  retracted(server: ServerId, by: string): void {
    this.verdicts.get(server)?.delete(by);
  }

  forget(server: ServerId): void {
    this.verdicts.delete(server);
  }

  /** Whether a good verdict may stand for it. */
  mayBeVouchedFor(server: ServerId, nowMs: number): boolean {
    return this.isVouchedBy(server, ({ untilMs }) => nowMs <= untilMs);
  }

  /** Whether a good verdict of this silence stands for it: nobody may strike it off. */
  mustBeVouchedFor(server: ServerId, facts: Facts, exceptBy = ''): boolean {
    const isHeld = wordOf(facts, server)?.held !== undefined;
    const stands = ({ untilMs, isDoubtful }: GoodVerdict) => !isDoubtful && facts.nowMs < untilMs;
    return isHeld && this.isVouchedBy(server, stands, exceptBy);
  }

  protectionChanged(to: 'on' | 'ended' | 'off', untilMs: number): void {
    this.changes += 1;
    this.isThere = to !== 'off';
    this.protectedUntilMs = to === 'on' ? untilMs : Number.NEGATIVE_INFINITY;
  }

  mayBeProtected(nowMs: number): boolean {
    return nowMs <= this.protectedUntilMs;
  }

  mustBeProtected(nowMs: number): boolean {
    return nowMs < this.protectedUntilMs;
  }

  /** Whether it has been silent for so long that it may be held; leaving servers never are. */
  isLate(server: ServerId, facts: Facts): boolean {
    const word = wordOf(facts, server);
    if (!word || word.leaving) return false;
    return word.held !== undefined || facts.nowMs - word.saidAtMs >= this.policy.lateAfterMs;
  }

  lostEverything(): void {
    this.verdicts.clear();
    this.protectionChanged('off', 0);
  }

  private isVouchedBy(
    server: ServerId,
    stands: (verdict: GoodVerdict) => boolean,
    exceptBy = '',
  ): boolean {
    return [...(this.verdicts.get(server) ?? [])].some(
      ([by, verdict]) => by !== exceptBy && stands(verdict),
    );
  }
}
