import { CommandError, parseCommand, parseDuration } from './commands.mjs';

const LINES_MAX = 10_000;

/** A scenario with lines that cannot be understood; the message has a sentence for each. */
export class ScenarioError extends Error {}

/**
 * Reads a scenario: one command a line, after the time since the start at which it is given, or, with a `+`, since the
 * line before. Empty lines and what follows a `#` are comments. Resolves to `{ atMs, text }` in their order.
 */
export function parseScenario(text) {
  const lines = text.split('\n');
  if (lines.length > LINES_MAX)
    throw new ScenarioError(`a scenario has at most ${LINES_MAX} lines, not ${lines.length}`);
  const problems = [];
  const steps = [];
  for (const [index, line] of lines.entries()) {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') continue;
    try {
      steps.push(parseStep(words, steps.at(-1)?.atMs ?? 0));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      problems.push(`line ${index + 1}: ${error.message}`);
    }
  }
  if (steps.length === 0 && problems.length === 0) problems.push('it has no command');
  if (problems.length > 0) throw new ScenarioError(problems.join('\n'));
  return steps;
}

function parseStep(words, beforeMs) {
  const [, plus, time, text] = /^(\+?)(\S+)\s*(.*)$/.exec(words);
  const atMs = parseDuration(time) + (plus ? beforeMs : 0);
  if (atMs < beforeMs) throw new CommandError(`${time} is before the line above`);
  parseCommand(text);
  return { atMs, text };
}

/** Gives the commands at their times, whether or not those before are done; ends with the last, or when aborted. */
export async function runScenario(steps, give, sleepUntil) {
  const given = [];
  for (const { atMs, text } of steps) {
    if (!(await sleepUntil(atMs))) break;
    given.push(give(text));
  }
  await Promise.all(given);
}
