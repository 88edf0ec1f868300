import type { Arbitrary } from 'fast-check';
import { searchCounterexample, type Counterexample, type ModelVerdict } from './counterexample';
import { anyClockJump } from './jump-arbitraries';
import type { ModelSite, ModelSiteFactory } from './model-site';
import type { ModelStep } from './model-step';
import { anyStory } from './step-arbitraries';
import { Violation, type PropertyName } from './violation';

const TIMEOUT_MS = 1_800_000;

const PROMISES: Record<Exclude<PropertyName, 'F34'>, string> = {
  I1: 'what a host has reported all along is never 404, nor leads anywhere but where the host said last',
  I2: 'a dead host is not answered beyond its lease, but for stale answers',
  I3: 'a report of an earlier boot or sequence changes nothing, nor does one that was applied before',
  I4: 'one host’s report changes no other host’s answers, record or deadline, and never decides a contest',
  I5: 'nothing is 404 before the roll can have settled, and the live are back in time',
  I7: 'every endpoint that is answered was reported by its host, and may be answered now',
  I8: 'once every fault has healed the roll follows from the newest reports alone, and nothing is left over',
  F5: 'the state of a host on the roll never goes back',
  F26: 'whoever has reported between check and eviction is not evicted',
  belief: 'nobody is evicted who is held, vouched for or protected, nor held who must not be',
};

/** How much of it. */
export interface ModelSuiteOptions {
  /** Interleavings. */
  readonly runs: number;
  /** Of them, how many in which nothing but the store's clock is wrong. */
  readonly jumps: number;
  /** What runs this suite again, without its environment. */
  readonly command: string;
}

/**
 * Random interleavings of two agents, two reconcilers, a resolver, an operator and time, each looked at after every step.
 * `MODEL_RUNS` and `MODEL_SEED` make it another or a longer search, `MODEL_PATH` goes to a known counterexample.
 */
export function describeModel(
  name: string,
  makeSite: ModelSiteFactory,
  { runs, jumps, command }: ModelSuiteOptions,
): void {
  const seed = Number(process.env.MODEL_SEED ?? 1);
  const scale = Number(process.env.MODEL_RUNS ?? runs) / runs;
  let site: ModelSite;

  async function search(
    stories: Arbitrary<ModelStep[]>,
    atMost: number,
    tests: string,
  ): Promise<ModelVerdict & { report: string }> {
    const path = process.env.MODEL_PATH;
    const verdict = await searchCounterexample(site, stories, { runs: atMost, seed, path });
    const { counterexample, played } = verdict;
    const again = `MODEL_SEED=${seed} MODEL_PATH=${counterexample?.path} ${command} -t '${tests}'`;
    const report = counterexample ? told(counterexample, `${played} of ${atMost}`, again) : '';
    return { ...verdict, report };
  }

  describe(`${name} in random interleavings`, () => {
    beforeAll(async () => {
      site = await makeSite();
    });
    afterAll(async () => site.stop());

    describe(`any ${Math.ceil(runs * scale)}`, () => {
      let verdict: ModelVerdict & { report: string };
      beforeAll(async () => {
        verdict = await search(anyStory, Math.ceil(runs * scale), 'any');
      }, TIMEOUT_MS);

      it.each(Object.entries(PROMISES))('%s: %s', (property) => {
        const { counterexample, report } = verdict;
        if (!counterexample) return;
        const { violation } = counterexample;
        const isThis = !(violation instanceof Violation) || violation.property === property;
        throw withoutStack(
          isThis ? report : `not shown, as the search has ended: ${String(violation)}`,
        );
      });
    });

    it(
      `F34: when the store’s clock jumps the live are never 404, and the dead are in time (${Math.ceil(jumps * scale)} jumps)`,
      async () => {
        const { report } = await search(anyClockJump, Math.ceil(jumps * scale), 'F34');
        if (report) throw withoutStack(report);
      },
      TIMEOUT_MS,
    );
  });
}

/** Where it was thrown says nothing. */
function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}

function told({ violation, story, shrinks }: Counterexample, found: string, again: string): string {
  const what =
    violation instanceof Violation ? violation.message : String((violation as Error).stack);
  return `${what}\n\n${story}\n\nfound after ${found} interleavings (shortenings: ${shrinks}); again with\n${again}\n`;
}
