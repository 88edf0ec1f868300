/** A port that cannot be listened on, and which setting to change. */
export class ListenError extends Error {
  readonly code = 'LISTEN_FAILED';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** What was tried: the address, and the settings that name it. */
export interface ListenAttempt {
  readonly host: string;
  readonly port: number;
  readonly hostSetting: string;
  readonly portSetting: string;
}

/** Turns a failed `listen` into a sentence for the operator. */
export function listenError(attempt: ListenAttempt, cause: unknown): ListenError {
  return new ListenError(sentence(attempt, codeOf(cause)), { cause });
}

function sentence(attempt: ListenAttempt, code: string): string {
  const { host, port, hostSetting, portSetting } = attempt;
  switch (code) {
    case 'EADDRINUSE':
      return `${portSetting}: another process listens on port ${port} of ${host}; choose another port`;
    case 'EACCES':
      return `${portSetting}: this user may not listen on port ${port}; choose one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${hostSetting}: ${host} is no address of this machine`;
    default:
      return `${portSetting}: cannot listen on port ${port} of ${host} (${code})`;
  }
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : String(cause);
}
