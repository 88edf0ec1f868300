import * as fc from 'fast-check';
import { ModelRun } from './model-run';
import type { ModelSite } from './model-site';
import type { ModelStep } from './model-step';
import { Violation } from './violation';

/** How much of it, and where to begin. */
export interface ModelOptions {
  readonly runs: number;
  readonly seed: number;
  /** Where a known counterexample lies. */
  readonly path?: string;
}

/** What a model has found. */
export interface ModelVerdict {
  /** Interleavings played until the first that breaks a property, or all. */
  readonly played: number;
  /** Steps in them. */
  readonly steps: number;
  readonly counterexample?: Counterexample;
}

/** The shortest story found in which a property does not hold. */
export interface Counterexample {
  readonly violation: unknown;
  readonly story: string;
  readonly path: string;
  readonly shrinks: number;
}

/** Plays random stories until one breaks a property, and then shortens it. */
export async function searchCounterexample(
  site: ModelSite,
  stories: fc.Arbitrary<ModelStep[]>,
  { runs, seed, path }: ModelOptions,
): Promise<ModelVerdict> {
  let steps = 0;
  const property = fc.asyncProperty(stories, async (story) => {
    steps += story.length;
    await playStory(site, story);
  });
  const result = await withoutStacks(() =>
    fc.check(property, { numRuns: path ? 1 : runs, seed, path }),
  );
  if (!result.failed || !result.counterexample) return { played: result.numRuns, steps };
  const [story] = result.counterexample;
  const { violation, text } = await retell(site, story);
  const { counterexamplePath, numShrinks, numRuns } = result;
  return {
    played: numRuns,
    steps,
    counterexample: { violation, story: text, path: counterexamplePath ?? '', shrinks: numShrinks },
  };
}

/** A store that is down fails often, and nobody reads where: what a stack costs is most of such a story. */
async function withoutStacks<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function playStory(site: ModelSite, story: readonly ModelStep[]): Promise<void> {
  await site.reset();
  await new ModelRun(site).play(story);
}

async function retell(
  site: ModelSite,
  story: readonly ModelStep[],
): Promise<{ violation: unknown; text: string }> {
  await site.reset();
  const run = new ModelRun(site);
  try {
    await run.play(story);
  } catch (violation) {
    return { violation, text: run.world.story.text };
  }
  return {
    violation: new Violation('I8', 'the story does not end the same way twice'),
    text: run.world.story.text,
  };
}
