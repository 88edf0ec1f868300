import type { Report, ReportOutcome } from '@rollcall/domain';

/** What has happened, one plain sentence a step. */
export class Story {
  private readonly lines: string[] = [];

  /** The number of the step that is being told. */
  get step(): number {
    return this.lines.length;
  }

  /** Begins the next step. */
  begin(sentence: string): void {
    this.lines.push(sentence);
  }

  /** Adds what came of the step. */
  add(outcome: string): void {
    const last = this.lines.length - 1;
    this.lines[last] = `${this.lines[last]}${outcome}`;
  }

  get text(): string {
    return this.lines.map((line, index) => `${String(index + 1).padStart(3)}. ${line}`).join('\n');
  }
}

/** `1.25 s`, `20 s`. */
export function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}

/** What a report says: `#3: console, design at 10.0.0.1:8444`. */
export function saidIn({ sequence, sessions, endpoint, leaving }: Report): string {
  const list = sessions.kind === 'listed' ? sessions.ids.join(', ') || 'no session' : sessions.kind;
  const where = `${endpoint.host}:${endpoint.httpPort}`;
  return `#${sequence}${leaving ? ', leaving' : ''}: ${list} at ${where}`;
}

/** What became of a report or withdrawal; nothing when all went well. */
export function outcomeOf(outcome: ReportOutcome): string {
  switch (outcome.kind) {
    case 'applied':
      return '';
    case 'already-applied':
      return ' → already applied';
    case 'superseded':
      return ` → superseded by boot ${outcome.boot}`;
    case 'outdated':
      return ` → outdated by #${outcome.sequence}`;
  }
}
