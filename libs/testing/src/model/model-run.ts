import { wordOf } from './facts';
import type { ModelAgent } from './model-agent';
import { ModelAgents } from './model-agents';
import { healEverything } from './healing';
import { ModelLookups } from './model-lookups';
import { ModelReconcilers } from './model-reconcilers';
import type { ModelSite } from './model-site';
import type { ModelStep } from './model-step';
import { ModelWorld } from './model-world';
import { seconds } from './story';
import { Violation } from './violation';

const LOOKS_APART_MS = 4_000;
const CLOSE_LOOKS_APART_MS = 250;

/** One interleaving: plays steps on a site, and throws a `Violation` at the first that breaks a property. */
export class ModelRun {
  readonly world: ModelWorld;
  readonly agents: ModelAgents;
  readonly reconcilers: ModelReconcilers;
  readonly lookups: ModelLookups;
  private jumpedAtMs = Number.NEGATIVE_INFINITY;

  constructor(readonly site: ModelSite) {
    this.world = new ModelWorld(site);
    this.agents = new ModelAgents(this.world);
    this.reconcilers = new ModelReconcilers(this.world);
    this.lookups = new ModelLookups(this.world, this.agents);
  }

  /** Plays them one by one and looks at everything after each; then lets every fault heal. */
  async play(steps: readonly ModelStep[]): Promise<void> {
    for (const step of steps) {
      await this.perform(step);
      await this.lookups.look();
    }
    await healEverything(this);
  }

  async perform(step: ModelStep): Promise<void> {
    const { story } = this.world;
    switch (step.do) {
      case 'report':
        return this.agents.report(step);
      case 'replay':
        return this.agents.replay(step);
      case 'leave':
        return this.agents.leave(this.agents.at(step.agent));
      case 'withdraw':
        return this.agents.withdraw(this.agents.at(step.agent), step.held);
      case 'crash':
        return this.agents.crash(this.agents.at(step.agent));
      case 'cut':
      case 'heal':
        return this.agents.cut(this.agents.at(step.agent), step.do === 'cut');
      case 'pass':
        story.begin(`${seconds(step.ms)} pass`);
        return this.pass(step.ms, step.closely);
      case 'freeze':
        story.begin(`everybody stands still for ${seconds(step.ms)}`);
        return this.world.letTimePass(step.ms);
      case 'sweep':
        return this.reconcilers.sweep(step);
      case 'judge':
        return this.reconcilers.judge(step);
      case 'protect':
        return this.reconcilers.protect(step);
      case 'go on':
        return this.world.goOn(step.which, step.toTheEnd);
      case 'look up':
        return this.lookups.askFor(step.which);
      case 'evict now':
        return this.evictNow(this.agents.at(step.agent));
      case 'lose':
        return this.lose();
      case 'go down':
        story.begin(
          `the store ${step.failure === 'refused' ? 'refuses writes' : 'does not answer'}`,
        );
        return this.world.fail(step.failure);
      case 'come back':
        story.begin('the store works');
        return this.world.fail(undefined);
      case 'jump':
        return this.jump(step.ms);
      case 'expect dead':
        story.begin(`nobody is sent to ${this.agents.at(step.agent).server} any more`);
        return this.lookups.expectDead(this.agents.at(step.agent).server);
      case 'restart resolver':
        story.begin(`the resolver is restarted${refusal(step.refuses)}`);
        return this.lookups.restart(step.refuses);
    }
  }

  /** Time passes, and whoever is up does what is due. */
  async pass(ms: number, closely = false): Promise<void> {
    const { world, agents, lookups, reconcilers } = this;
    const looksApartMs = closely ? CLOSE_LOOKS_APART_MS : LOOKS_APART_MS;
    const endsAtMs = world.ownMs + ms;
    let lookedAtMs = world.ownMs;
    for (;;) {
      await lookups.renewIfDue();
      await agents.beat();
      if (closely) await reconcilers.sweepIfDue();
      if (world.ownMs >= endsAtMs) return;
      const looksAtMs = closely ? lookedAtMs + looksApartMs : endsAtMs;
      const nextMs = Math.min(endsAtMs, lookups.dueAtMs, agents.dueAtMs, looksAtMs);
      await world.letTimePass(Math.max(0, nextMs - world.ownMs));
      if (world.ownMs - lookedAtMs < looksApartMs || world.ownMs >= endsAtMs) continue;
      lookedAtMs = world.ownMs;
      await lookups.look();
    }
  }

  private async evictNow(agent: ModelAgent): Promise<void> {
    const { world, lookups } = this;
    const { server } = agent;
    world.story.begin(`an operator evicts ${server}`);
    const outcome = await world.answerOf(() => lookups.store.evictNow(server));
    world.actor = server;
    if (outcome === undefined) return world.story.add(' → no answer');
    world.acknowledged.written({ surely: true });
    const word = wordOf(world.facts, server);
    if (word && outcome.kind !== 'evicted' && !world.acknowledged.isBetween)
      throw new Violation('I8', `${server} is on the roll, but its eviction is ${outcome.kind}`);
    if (outcome.kind === 'evicted' && word) world.acknowledged.struck(server, word);
    world.beliefs.forget(server);
    agent.interrupted();
  }

  private async lose(): Promise<void> {
    this.world.story.begin('the store loses everything');
    await this.site.lose();
    this.world.acknowledged.lostEverything();
    this.world.beliefs.lostEverything();
  }

  /** A clock that jumps more than once within a lease is a fault that nobody has promised to bear. */
  private async jump(ms: number): Promise<void> {
    const { world, site } = this;
    if (world.acknowledged.wouldRemember(site.now() + ms))
      return world.story.begin('the store’s clock stands where it is');
    const direction = ms < 0 ? 'back' : 'forward';
    world.story.begin(`the store’s clock jumps ${direction} by ${seconds(Math.abs(ms))}`);
    await world.moveStoreClock(ms);
    world.jumpedMs += Math.abs(ms);
    const isFirst = world.ownMs - this.jumpedAtMs > site.policy.leaseTtlMs;
    if (!isFirst) for (const agent of this.agents.all) agent.interrupted();
    this.jumpedAtMs = world.ownMs;
  }
}

function refusal(refuses: number | undefined): string {
  return refuses === undefined ? '' : `, and may not answer ${refuses === 0 ? 'a' : 'b'}’s address`;
}
