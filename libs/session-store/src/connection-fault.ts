const CERTIFICATE = /certificate|self-signed|altname/i;
const UNKNOWN_MASTER = /No such master|got an invalid reply: null/;
const NO_SENTINEL = /unknown command.*sentinel/i;
const NO_CLUSTER = /cluster support disabled/;

/** Says why a connection does not come about, in words that point to the setting where one does it. */
export function connectionFault(error: Error): string {
  const text = textOf(error);
  if (CERTIFICATE.test(text))
    return `${text}; REDIS_TLS_CA_FILE must hold the authority that vouches for its certificate, and that certificate name the host as it is addressed`;
  if (UNKNOWN_MASTER.test(text))
    return 'a Sentinel knows no master of the name REDIS_SENTINEL_MASTER';
  if (NO_SENTINEL.test(text)) return `${text}; REDIS_NODES must name Sentinels, not the servers`;
  if (NO_CLUSTER.test(text)) return `${text}; REDIS_NODES must name nodes of a Cluster`;
  return text;
}

/** A Cluster keeps the reason aside; a failed attempt to reach a name with several addresses has no message, but a code. */
function textOf(error: Error): string {
  const { lastNodeError, code } = error as { lastNodeError?: unknown; code?: unknown };
  if (lastNodeError instanceof Error) return textOf(lastNodeError);
  return error.message || String(code ?? error.name);
}

/** ioredis keeps to itself why a Sentinel or a node of a Cluster could not be reached, and says no more than this. */
export function isVague(fault: string): boolean {
  return fault.endsWith('Connection is closed.');
}
