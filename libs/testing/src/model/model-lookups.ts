import type { LookupStore, PublicId, Resolution, ServerId, SessionStore } from '@rollcall/domain';
import { checkLookup, told } from './lookup-checks';
import type { ModelAgents } from './model-agents';
import { ADDRESSES } from './model-ids';
import { ModelResolver } from './model-resolver';
import type { ModelProcess } from './model-site';
import type { AgentIndex } from './model-step';
import type { ModelWorld } from './model-world';
import { Violation } from './violation';
import { lookAtEverything, lookupOf, PUBLIC_IDS, steadySince, type Watched } from './roll-watch';

/** A lookup's two reads share so much time; one that is held for longer is given up. */
const LOOKUP_BUDGET_MS = 280;

/** I2: an answer outlives its lease by so much at most. */
const LAPSE_SLACK_MS = 5_000;

/** The resolver of a model, and who asks it. */
export class ModelLookups {
  private resolver: ModelResolver;
  private process: ModelProcess;

  constructor(
    private readonly world: ModelWorld,
    private readonly agents: ModelAgents,
  ) {
    this.resolver = new ModelResolver(world.site.policy, () => true);
    this.process = world.site.process();
  }

  get dueAtMs(): number {
    return this.resolver.dueAtMs();
  }

  get store(): SessionStore {
    return this.process.store;
  }

  /** A new process, which may not answer the address of one agent. */
  restart(refuses?: AgentIndex): void {
    const refused = refuses === undefined ? undefined : ADDRESSES[refuses];
    this.resolver = new ModelResolver(this.world.site.policy, ({ host }) => host !== refused);
    this.process = this.world.site.process();
  }

  async renewIfDue(): Promise<void> {
    const { ownMs } = this.world;
    if (this.dueAtMs > ownMs) return;
    const renewing: Pick<LookupStore, 'renew'> = {
      renew: () => this.world.renew(this.process, () => this.store.renew()),
    };
    await this.resolver.renew(renewing, ownMs);
  }

  /** One lookup, held before each of its reads: right is what was true at some moment meanwhile. */
  async ask(id: PublicId | undefined): Promise<void> {
    if (!id) return;
    const { story, acknowledged } = this.world;
    story.begin(`somebody asks for ${nameOf(id)}`);
    const begunMs = this.world.ownMs;
    const window = acknowledged.openWindow();
    const watched = this.watched();
    const since = steadySince(id, watched);
    await this.world.run(this.process, true, 'the lookup', async (store) => {
      const resolution = await watched.resolver.look(store, id, watched.ownMs);
      acknowledged.closeWindow(window);
      if (!resolution || this.world.ownMs - begunMs > LOOKUP_BUDGET_MS) return;
      story.add(` → ${told(resolution)}`);
      const lookup = lookupOf(id, resolution, watched);
      const isSteady = since !== undefined && steadySince(id, watched) === since;
      checkLookup({ ...lookup, isSteady }, window);
    });
  }

  askFor(which: number): Promise<void> {
    return this.ask(PUBLIC_IDS[which % PUBLIC_IDS.length]);
  }

  /** What it answers now; undefined when the store does not. */
  answerFor(id: PublicId): Promise<Resolution | undefined> {
    const { resolver, process, ownMs } = this.watched();
    return resolver.look(process.store, id, ownMs);
  }

  /** F34: the dead are dead within their lease and what the clock has jumped, and while the roll settles anew. */
  async expectDead(server: ServerId): Promise<void> {
    for (const id of PUBLIC_IDS) {
      const resolution = await this.answerFor(id);
      if (resolution?.kind === 'found' && resolution.destination.server === server)
        throw new Violation('F34', `lookup of ${nameOf(id)}: ${told(resolution)}; it wants 404`);
    }
  }

  /** Everything at once, while the store answers. */
  async look(): Promise<void> {
    if (this.world.isReachable) await lookAtEverything(this.watched());
  }

  private watched(): Watched {
    const { acknowledged, actor, jumpedMs, site } = this.world;
    return {
      acknowledged,
      silentAtMostMs: site.policy.leaseTtlMs + jumpedMs + LAPSE_SLACK_MS,
      agents: this.agents.all,
      resolver: this.resolver,
      process: this.process,
      ownMs: () => this.world.ownMs,
      actor,
    };
  }
}

function nameOf(id: PublicId): string {
  const server: ServerId | undefined = id.kind === 'qualified' ? id.server : undefined;
  return server ? `${server}~${id.local}` : id.local;
}
