import { StoreUnavailableError, type StoreFailure } from '@rollcall/domain';

const REPLY_FAILURES: readonly (readonly [RegExp, StoreFailure])[] = [
  [/^(?:ERR )?(?:-)?OOM\b/, 'full'],
  [
    /^(?:READONLY|NOREPLICAS|MISCONF|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|NOPERM)\b/,
    'refused',
  ],
  [/^(?:BUSY|UNBLOCKED)\b/, 'unreachable'],
];

/**
 * Tells an absent or unwilling store from a bug: Redis's refusals and every error of the connection become
 * `StoreUnavailableError`; any other reply is returned as it is, for it means that a script or a caller is wrong.
 */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name !== 'ReplyError')
    return new StoreUnavailableError('unreachable', { cause: error });
  const failure = REPLY_FAILURES.find(([pattern]) => pattern.test(error.message))?.[1];
  return failure ? new StoreUnavailableError(failure, { cause: error }) : error;
}
