/** One answer, or one record, that an invariant does not allow. */
export function violation(invariant, sentence, record) {
  return { invariant, sentence, at: record.start ?? record.at, record };
}

/** How a sentence names a lookup: its id, and what was answered. */
export function named({ id, status, stale, code, port }) {
  const answer = [status || 'no answer', stale, code, port && `port ${port}`].filter(Boolean);
  return `${id} → ${answer.join(' ')}`;
}
