import { nodeText, type RedisConfig } from '@rollcall/config';
import { Redis, type RedisOptions } from 'ioredis';
import { connectionFault } from './connection-fault';

/**
 * Knocks at the Sentinels or nodes one by one, as ioredis does not tell why it fails there.
 * @returns why the first that cannot be reached cannot; undefined when all can.
 */
export async function knock(config: RedisConfig, tls: RedisOptions['tls'], timeoutMs: number) {
  const nodes = config.mode === 'sentinel' || config.mode === 'cluster' ? config.nodes : [];
  for (const { host, port } of nodes) {
    const fault = await knockAt({ host, port, ...(tls === undefined ? {} : { tls }) }, timeoutMs);
    if (fault !== undefined) return `${nodeText({ host, port })}: ${fault}`;
  }
  return undefined;
}

/** No command is sent: the door is all that is looked at. */
async function knockAt(options: RedisOptions, timeoutMs: number): Promise<string | undefined> {
  const visitor = new Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: timeoutMs,
    disableClientInfo: true,
    enableReadyCheck: false,
  });
  let fault: string | undefined;
  visitor.on('error', (error: Error) => (fault ??= connectionFault(error)));
  await visitor.connect().catch((error: Error) => (fault ??= connectionFault(error)));
  visitor.disconnect();
  return fault;
}
