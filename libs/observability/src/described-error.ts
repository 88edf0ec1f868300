import { types } from 'node:util';

/** What a log line says of an error. */
export interface DescribedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const CAUSES_MAX = 5;

/**
 * Takes from an error what a log line may hold, and nothing else: a Redis client hangs the failed command with all its
 * arguments on its errors, and one of them may be a password or a session id.
 */
export function describeError(error: unknown): unknown {
  return types.isNativeError(error) ? describe(error, CAUSES_MAX) : error;
}

function describe(error: Error, causesMax: number): DescribedError {
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: messageOf(error),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(types.isNativeError(error.cause) && causesMax > 0
      ? { cause: describe(error.cause, causesMax - 1) }
      : {}),
  };
}

/** A failed attempt to connect to a name with several addresses has a message only in its parts. */
function messageOf(error: Error): string {
  const { errors } = error as { errors?: unknown };
  if (error.message !== '' || !Array.isArray(errors)) return error.message;
  return errors.map((part) => (types.isNativeError(part) ? part.message : String(part))).join('; ');
}
