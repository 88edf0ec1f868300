/** One of the two agents of a model, by its place. */
export type AgentIndex = 0 | 1;

/** One of the two reconcilers of a model, by its place. */
export type ReconcilerIndex = 0 | 1;

/** What a reconciler makes of a late server: right or wrong, the store has to bear it. */
export type Judged =
  | 'nothing'
  /** Its port answered. */
  | 'alive'
  /** It did not. */
  | 'dead'
  /** It did not, as protection demands it. */
  | 'surely dead'
  /** Held, because so many are late. */
  | 'protected'
  /** Silent for too long. */
  | 'expired'
  /** Its endpoint is another's. */
  | 'replaced';

/** What an agent says of its sessions next: exactly these, that it does not know, or that none is to be believed. */
export type NextList = readonly string[] | 'unknown' | 'withheld';

/**
 * One thing that happens. Every step makes sense after any other, and numbers are taken modulo what there is, so that a
 * failing run stays a run when steps are taken out of it.
 */
export type ModelStep =
  /** An agent reports; one that is down starts a new boot first, and so does one that is told to. */
  | {
      readonly do: 'report';
      readonly agent: AgentIndex;
      /** The list as it was, when missing. */
      readonly list?: NextList;
      /** `new`: another port; `other's`: the other agent's. The endpoint as it was, when missing. */
      readonly endpoint?: 'new' | 'other’s';
      readonly restarts?: boolean;
      /** Sent, but held on its way until it goes on. */
      readonly held?: boolean;
    }
  /** A report that was sent before arrives once more. */
  | { readonly do: 'replay'; readonly which: number; readonly held?: boolean }
  /** A planned stop. */
  | { readonly do: 'leave'; readonly agent: AgentIndex }
  | { readonly do: 'withdraw'; readonly agent: AgentIndex; readonly held?: boolean }
  /** The agent ends without a word. */
  | { readonly do: 'crash'; readonly agent: AgentIndex }
  /** The agent lives, but does not reach the store; or does so again. */
  | { readonly do: 'cut' | 'heal'; readonly agent: AgentIndex }
  /** Time passes, and everybody who is up does what is due; `closely`: reconcilers sweep, and everything is looked at often. */
  | { readonly do: 'pass'; readonly ms: number; readonly closely?: boolean }
  /** Time passes, and everybody stands still. */
  | { readonly do: 'freeze'; readonly ms: number }
  /** A sweep, at once or held before each of its steps. */
  | { readonly do: 'sweep'; readonly reconciler: ReconcilerIndex; readonly held?: boolean }
  /** A survey, and what is made of each server if it is late. */
  | {
      readonly do: 'judge';
      readonly reconciler: ReconcilerIndex;
      readonly verdicts: readonly [Judged, Judged];
      readonly held?: boolean;
    }
  /** A survey, and a change of the protection it found. */
  | {
      readonly do: 'protect';
      readonly reconciler: ReconcilerIndex;
      readonly to: 'on' | 'ended' | 'off';
      readonly held?: boolean;
    }
  /** Something that is held takes its next step, or all that are left. */
  | { readonly do: 'go on'; readonly which: number; readonly toTheEnd?: boolean }
  /** A lookup that is held before each of its reads. */
  | { readonly do: 'look up'; readonly which: number }
  | { readonly do: 'evict now'; readonly agent: AgentIndex }
  /** The store loses everything. */
  | { readonly do: 'lose' }
  /** From now on the store refuses writes, or does not answer. */
  | { readonly do: 'go down'; readonly failure: 'refused' | 'unreachable' }
  | { readonly do: 'come back' }
  /** The store's clock jumps; nobody else's does. */
  | { readonly do: 'jump'; readonly ms: number }
  /** By now nobody may be sent to the host any more. */
  | { readonly do: 'expect dead'; readonly agent: AgentIndex }
  /** A new resolver process; `refuses` is the agent whose address it may not answer. */
  | { readonly do: 'restart resolver'; readonly refuses?: AgentIndex };
