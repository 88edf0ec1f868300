import type { Endpoint, Report, ServerId } from '@rollcall/domain';
import { ModelAgent } from './model-agent';
import { ADDRESSES, SERVERS } from './model-ids';
import type { ModelProcess } from './model-site';
import type { AgentIndex, ModelStep } from './model-step';
import type { ModelWorld } from './model-world';
import { checkOutcome } from './outcome-checks';
import { outcomeOf, saidIn } from './story';

const FIRST_PORT = 8443;

/** The agents of a model, and the network that holds, repeats and reorders what they send. */
export class ModelAgents {
  readonly all: readonly ModelAgent[];
  private readonly sent: { readonly report: Report; readonly process: ModelProcess }[] = [];
  private ports = 0;

  constructor(private readonly world: ModelWorld) {
    this.all = SERVERS.map(
      (server, index) => new ModelAgent(server, ADDRESSES[index] ?? '', world.site.policy),
    );
  }

  get dueAtMs(): number {
    return Math.min(...this.all.map(({ dueAtMs }) => dueAtMs));
  }

  at(index: AgentIndex): ModelAgent {
    const agent = this.all[index];
    if (!agent) throw new Error(`there is no agent ${index}`);
    return agent;
  }

  of(server: ServerId): ModelAgent | undefined {
    return this.all.find((agent) => agent.server === server);
  }

  async report(step: ModelStep & { do: 'report' }): Promise<void> {
    const { story, ownMs, site } = this.world;
    const agent = this.at(step.agent);
    const starts = step.restarts || !agent.isUp;
    if (starts) agent.startsUp(site.process());
    const report = agent.next(ownMs, { list: step.list, endpoint: this.endpointOf(step) });
    story.begin(`${agent.title} ${starts ? 'starts, and ' : ''}reports ${saidIn(report)}`);
    await this.send(agent, report, step.held || agent.isCut);
  }

  /** Everybody who is due beats. */
  async beat(): Promise<void> {
    for (const agent of this.all) {
      if (agent.dueAtMs > this.world.ownMs) continue;
      const report = agent.next(this.world.ownMs, {});
      this.world.story.add(`, ${agent.server} beats #${report.sequence}`);
      await this.send(agent, report);
    }
  }

  async replay({ which, held }: ModelStep & { do: 'replay' }): Promise<void> {
    const { story } = this.world;
    const before = this.sent[which % Math.max(1, this.sent.length)];
    if (!before) return story.begin('nothing was sent yet that could arrive again');
    const { report, process } = before;
    story.begin(
      `a report of ${report.server} (boot ${report.boot}) arrives again, ${saidIn(report)}`,
    );
    await this.deliver(report, process, held);
  }

  async leave(agent: ModelAgent): Promise<void> {
    const { story, ownMs } = this.world;
    if (!agent.isUp) return story.begin(`${agent.title} is not up and cannot leave`);
    const report = agent.next(ownMs, { leaving: true });
    story.begin(`${agent.title} stops as planned, and reports ${saidIn(report)}`);
    await this.send(agent, report, agent.isCut);
    agent.stops();
  }

  async withdraw(agent: ModelAgent, held = false): Promise<void> {
    const { story, acknowledged, beliefs } = this.world;
    const { process, server } = agent;
    if (!agent.isUp || !process) return story.begin(`${agent.title} is not up and cannot withdraw`);
    const fence = agent.nextFence();
    story.begin(`${agent.title} stops, and withdraws with #${fence.sequence}`);
    agent.stops();
    await this.world.run(process, held || agent.isCut, 'the withdrawal', async (store) => {
      const outcome = await this.world.answerOf(() => store.withdraw(server, fence));
      this.world.actor = server;
      if (outcome === undefined) return story.add(' → no answer');
      story.add(outcomeOf(outcome));
      checkOutcome(acknowledged, server, fence, outcome);
      acknowledged.written({ surely: outcome.kind === 'applied' });
      if (outcome.kind !== 'applied') return;
      acknowledged.struck(server, fence);
      beliefs.forget(server);
    });
  }

  crash(agent: ModelAgent): void {
    this.world.story.begin(`${agent.title} dies`);
    agent.stops();
  }

  cut(agent: ModelAgent, isCut: boolean): void {
    this.world.story.begin(`${agent.title} is ${isCut ? 'cut off' : 'no longer cut off'}`);
    agent.isCut = isCut;
  }

  private async send(agent: ModelAgent, report: Report, held = false): Promise<void> {
    const { process } = agent;
    if (!process) throw new Error(`${agent.title} has never started`);
    this.sent.push({ report, process });
    if (held) agent.triesAgainSoon();
    await this.deliver(report, process, held);
  }

  private async deliver(report: Report, process: ModelProcess, held = false): Promise<void> {
    const { story, acknowledged } = this.world;
    const { server } = report;
    const { step } = story;
    const agent = this.of(server);
    await this.world.run(process, held, 'the report', async (store) => {
      const outcome = await this.world.answerOf(() => store.report(report));
      this.world.actor = server;
      if (outcome === undefined) {
        if (!held) agent?.failed(this.world.ownMs);
        return story.add(' → no answer');
      }
      story.add(outcomeOf(outcome));
      checkOutcome(acknowledged, server, report, outcome);
      if (outcome.kind !== 'applied') return;
      acknowledged.reported(report, step);
      agent?.wasApplied(report, this.world.ownMs);
    });
  }

  private endpointOf({ agent, endpoint }: ModelStep & { do: 'report' }): Endpoint | undefined {
    if (endpoint === undefined) return undefined;
    const own = this.at(agent).address;
    if (endpoint === 'other’s') return this.at(agent === 0 ? 1 : 0).address;
    this.ports += 1;
    return { ...own, host: ADDRESSES[agent], httpPort: FIRST_PORT + this.ports };
  }
}
