/** What became of a delivery; all but `failed` are acknowledged. */
export type EventVerdict =
  /** Every handler succeeded. */
  | 'handled'
  /** Nobody here handles this type. */
  | 'unheard'
  /** A newer service's type. */
  | 'unknown'
  /** The fields do not fit the type. */
  | 'malformed'
  /** A handler failed: the event is delivered again later. */
  | 'failed'
  /** It failed too often, and is passed over so that it cannot block. */
  | 'given-up';
