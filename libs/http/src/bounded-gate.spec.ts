import { StoreUnavailableError } from '@rollcall/domain';
import { BoundedGate } from './bounded-gate';
import { Deadlines } from './deadlines';

const BUDGET_MS = 280;

describe('the gate to the store', () => {
  let nowMs: number;
  let gate: BoundedGate;

  beforeEach(() => {
    jest.useFakeTimers();
    nowMs = 1_000;
    gate = new BoundedGate({ pendingMax: 2, budgetMs: BUDGET_MS, now: () => nowMs });
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const never = () => new Promise<string>(() => undefined);

  it('hands on what the store found', async () => {
    await expect(gate.pass(async () => 'found')).resolves.toBe('found');
    expect(gate.pending).toBe(0);
  });

  it.each([
    ['answered', () => Promise.resolve('found')],
    ['failed', () => Promise.reject(new StoreUnavailableError('refused'))],
  ])('keeps nothing of a question once the store has %s', async (_, ask) => {
    const [set, clear] = (['set', 'clear'] as const).map((name) =>
      jest.spyOn(Deadlines.prototype, name),
    );
    await gate.pass(ask);
    expect(clear).toHaveBeenCalledWith(set?.mock.results[0]?.value);
  });

  it('gives up a question that the store has not answered within the budget', async () => {
    const answer = gate.pass(never);
    await jest.advanceTimersByTimeAsync(BUDGET_MS);
    await expect(answer).resolves.toEqual({ kind: 'unavailable', cause: 'late' });
  });

  it('does not use an answer that was read after the budget, though no timer ran in between', async () => {
    const answer = gate.pass(async () => {
      nowMs += BUDGET_MS + 1;
      return 'found';
    });
    await expect(answer).resolves.toEqual({ kind: 'unavailable', cause: 'late' });
  });

  it('refuses one question more than may wait, at once and without asking the store', async () => {
    void gate.pass(never);
    void gate.pass(never);
    const ask = jest.fn(never);
    await expect(gate.pass(ask)).resolves.toEqual({ kind: 'unavailable', cause: 'crowded' });
    expect(ask).not.toHaveBeenCalled();
    expect(gate.pending).toBe(2);
  });

  it('refuses one question more than a source may have waiting, and lets another’s through', async () => {
    gate = new BoundedGate({
      pendingMax: 3,
      pendingPerSourceMax: 1,
      budgetMs: BUDGET_MS,
      now: () => nowMs,
    });
    let answer!: (found: string) => void;
    const first = gate.pass(() => new Promise<string>((resolve) => (answer = resolve)), 'one');
    const ask = jest.fn(never);
    const crowded = { kind: 'unavailable', cause: 'crowded' };
    await expect(gate.pass(ask, 'one')).resolves.toEqual(crowded);
    expect(ask).not.toHaveBeenCalled();
    await expect(gate.pass(async () => 'found', 'other')).resolves.toBe('found');
    answer('found at last');
    await expect(first).resolves.toBe('found at last');
    await expect(gate.pass(async () => 'found', 'one')).resolves.toBe('found');
    expect(gate.pending).toBe(0);
  });

  it('is as wide as before for a source that has failed', async () => {
    gate = new BoundedGate({
      pendingMax: 3,
      pendingPerSourceMax: 1,
      budgetMs: BUDGET_MS,
      now: () => nowMs,
    });
    await gate.pass(() => Promise.reject(new StoreUnavailableError('refused')), 'one');
    await expect(gate.pass(async () => 'found', 'one')).resolves.toBe('found');
  });

  it('counts a question as waiting until the store lets go of it, not until its client is answered', async () => {
    let answer!: (found: string) => void;
    void gate.pass(() => new Promise<string>((resolve) => (answer = resolve)));
    await jest.advanceTimersByTimeAsync(BUDGET_MS);
    expect(gate.pending).toBe(1);
    answer('too late');
    await jest.advanceTimersByTimeAsync(0);
    expect(gate.pending).toBe(0);
  });

  it('turns the store’s failure into an outcome', async () => {
    const answer = gate.pass(async () => {
      throw new StoreUnavailableError('refused');
    });
    await expect(answer).resolves.toEqual({ kind: 'unavailable', cause: 'refused' });
    expect(gate.pending).toBe(0);
  });

  it('lets a fault of ours surface', async () => {
    const fault = new TypeError('a bug');
    await expect(gate.pass(() => Promise.reject(fault))).rejects.toBe(fault);
    expect(gate.pending).toBe(0);
  });

  it('lets nothing through once it is closed', async () => {
    const ask = jest.fn(never);
    gate.close();
    await expect(gate.pass(ask)).resolves.toEqual({ kind: 'stopping' });
    expect(ask).not.toHaveBeenCalled();
  });
});
