import { LOOKUP_BUDGET_MS, type Evidence, type LastKnown, type PublicId } from '@rollcall/domain';
import { decodeBareAnswer, decodeKnownOwner, decodeServerAnswer } from './answer.codec';
import { within } from './command-runner';
import { lastKnownIn } from './record.codec';
import { pulseArguments, type StoreContext } from './store-context';

/** Lookups and renewals; see the port. No script runs on the lookup path: a hit is one GET. */
export class LookupOperations {
  private hasRenewalFailed = false;

  constructor(private readonly context: StoreContext) {}

  async lookup(id: PublicId): Promise<Evidence> {
    const { redis, keys, runner } = this.context;
    const startedAt = performance.now();
    const key = id.kind === 'qualified' ? keys.answer(id.server) : keys.bare(id.local);
    const value = await runner.run('get', () => redis.get(key));
    const remaining = () => LOOKUP_BUDGET_MS - (performance.now() - startedAt);
    if (value === null) return this.lookAgain(id, remaining());
    if (id.kind === 'qualified') return qualifiedEvidence(value, id);
    const answer = decodeBareAnswer(value, id.local);
    if (answer.kind !== 'provisional' && answer.kind !== 'last-claim') return answer;
    const { destination } = answer;
    if (answer.kind === 'provisional')
      return { kind: 'provisional', heard: await this.isHeard(remaining()), destination };
    return (await this.isSettled(remaining()))
      ? { kind: 'provisional', heard: true, destination }
      : { kind: 'ambiguous' };
  }

  async renew(): Promise<{ settled: boolean }> {
    const { keys, policy, runner, script } = this.context;
    const args = [...pulseArguments(policy), this.hasRenewalFailed ? 1 : 0];
    try {
      const settled = await runner.run('renew', () =>
        script('renew', [keys.pulse, keys.settled], args),
      );
      this.hasRenewalFailed = false;
      return { settled: settled === 1 };
    } catch (error) {
      this.hasRenewalFailed = true;
      throw error;
    }
  }

  private async isSettled(budgetMs: number): Promise<boolean> {
    const { redis, keys, runner } = this.context;
    const command = runner.run('exists', () => redis.exists(keys.settled));
    return (await within(budgetMs, command)) === 1;
  }

  private async isHeard(budgetMs: number): Promise<boolean> {
    const { redis, keys, policy, runner } = this.context;
    const pulse = await within(
      budgetMs,
      runner.run('get', () => redis.get(keys.pulse)),
    );
    return writtenForMs(pulse) >= policy.heardAfterMs;
  }

  private async lookAgain(id: PublicId, budgetMs: number): Promise<Evidence> {
    const { redis, keys, runner } = this.context;
    const key = id.kind === 'qualified' ? keys.record(id.server) : keys.known(id.local);
    const [known = null, settled = null] = await within(
      budgetMs,
      runner.run('mget', () => redis.mget(key, keys.settled)),
    );
    return { kind: 'absent', settled: settled !== null, lastKnown: lastKnownOf(known, id) };
  }
}

/** For how long the roll was written without a gap, by its pulse (include/pulse.lua). */
function writtenForMs(pulse: string | null): number {
  const [sinceMs = NaN, lastMs = NaN] = (pulse ?? '').split(':').map(Number);
  return lastMs - sinceMs;
}

function qualifiedEvidence(value: string, id: PublicId & { kind: 'qualified' }): Evidence {
  const answer = decodeServerAnswer(value, id.server, id.local);
  return answer ? { kind: 'answer', ...answer } : { kind: 'not-listed' };
}

function lastKnownOf(value: string | null, id: PublicId): LastKnown {
  return id.kind === 'qualified'
    ? lastKnownIn(value, id.server, id.local)
    : decodeKnownOwner(value, id.local);
}
