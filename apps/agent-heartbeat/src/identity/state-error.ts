/** The state directory cannot serve this agent; the sentence says what to do about it. */
export class StateError extends Error {
  readonly code = 'AGENT_STATE';

  constructor(sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'StateError';
  }
}
