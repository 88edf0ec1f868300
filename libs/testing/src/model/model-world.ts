import { storeFailure, type ServerId, type SessionStore } from '@rollcall/domain';
import { Acknowledged } from './acknowledged';
import { Beliefs } from './beliefs';
import { Errand } from './errand';
import type { Facts } from './facts';
import type { ModelProcess, ModelSite } from './model-site';
import { Story } from './story';

/** What everybody in a model shares: the site, what was acknowledged, what is under way, and the time. */
export class ModelWorld {
  readonly story = new Story();
  readonly acknowledged: Acknowledged;
  readonly beliefs: Beliefs;
  /** The moment, by a monotonic clock: what every process but the store goes by. */
  ownMs = 0;
  /** How far the store's clock has jumped in all, to and fro. */
  jumpedMs = 0;
  /** Whether the store answers anybody. */
  isReachable = true;
  /** Whose doing the last change was; undefined when only time has passed. */
  actor: ServerId | undefined;
  private held: Errand[] = [];
  private hasRenewalFailed = false;
  private readonly failedToRenew = new Set<ModelProcess>();
  private renewalsUnderWay = 0;

  constructor(readonly site: ModelSite) {
    this.acknowledged = new Acknowledged(site.policy, site.now());
    this.beliefs = new Beliefs(site.policy);
  }

  get facts(): Facts {
    return this.acknowledged.facts;
  }

  /** The store fails from now on, or works again. */
  async fail(failure: 'refused' | 'unreachable' | undefined): Promise<void> {
    this.isReachable = failure !== 'unreachable';
    await this.site.fail(failure);
  }

  async letTimePass(ms: number): Promise<void> {
    this.ownMs += ms;
    await this.moveStoreClock(ms);
  }

  async moveStoreClock(ms: number): Promise<void> {
    await this.site.moveClock(ms);
    this.acknowledged.timeIs(this.site.now());
    this.beliefs.timeIs(this.site.now());
    const { undecidedForMs } = this.acknowledged;
    if (undecidedForMs > 0) await this.letTimePass(undecidedForMs);
    this.actor = undefined;
  }

  /** Does some work of a process, at once or held before each of its pieces. */
  async run(
    process: ModelProcess,
    held: boolean | undefined,
    title: string,
    work: (store: SessionStore) => Promise<void>,
  ): Promise<void> {
    if (!held) return work(process.store);
    const errand = new Errand(`${title} of step ${this.story.step}`);
    await errand.begin(() => process.gated(errand.gate, work));
    if (errand.isOver) return;
    this.story.add(' (held)');
    this.held.push(errand);
  }

  /** Lets one that is held go on. */
  async goOn(which: number, toTheEnd = false): Promise<void> {
    const errand = this.held[which % Math.max(1, this.held.length)];
    if (!errand) return this.story.begin('nothing is held');
    this.story.begin(`${errand.title} goes on${toTheEnd ? ' to its end' : ''}`);
    await (toTheEnd ? errand.finish() : errand.goOn());
    this.held = this.held.filter((each) => !each.isOver);
  }

  /** Lets everything that is held go on to its end. */
  async finishAll(): Promise<void> {
    for (const errand of this.held.splice(0)) {
      this.story.begin(`${errand.title} goes on to its end`);
      await errand.finish();
    }
  }

  /** What the store answers; undefined when it does not. */
  async answerOf<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (storeFailure(error)) return undefined;
      throw error;
    }
  }

  /** Renews; when this process or the last one has failed to, or others are under way, the roll may settle anew. */
  async renew<T>(process: ModelProcess, renew: () => Promise<T>): Promise<T> {
    const isAlone = this.renewalsUnderWay === 0;
    this.renewalsUnderWay += 1;
    try {
      const result = await renew();
      if (this.hasRenewalFailed || this.failedToRenew.has(process) || !isAlone)
        this.acknowledged.settling.doubted(this.site.now());
      this.acknowledged.written({ surely: true });
      this.hasRenewalFailed = false;
      this.failedToRenew.delete(process);
      return result;
    } catch (error) {
      this.hasRenewalFailed = true;
      this.failedToRenew.add(process);
      throw error;
    } finally {
      this.renewalsUnderWay -= 1;
    }
  }
}
