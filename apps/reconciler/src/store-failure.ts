import type { StoreFailure, StoreUnavailableError } from '@rollcall/domain';

/** Why the store did not do it; undefined when the error means something else, a fault of ours that is. */
export function storeFailure(error: unknown): StoreFailure | undefined {
  const { code, failure } = (error ?? {}) as Partial<StoreUnavailableError>;
  return code === 'STORE_UNAVAILABLE' ? failure : undefined;
}
