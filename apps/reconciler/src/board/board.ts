import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { SWEEP_QUEUE } from '@rollcall/contracts';
import type { OpsServer } from '@rollcall/observability';
import { Queue } from 'bullmq';
import type { JobConnection } from '../sweep/job-connections';

export interface Board {
  close(): Promise<void>;
}

const PATH = '/board';

/** Shows the sweep's jobs on the metrics port; nothing can be changed there, as that port asks nobody who they are. */
export async function openBoard(
  ops: OpsServer,
  connection: JobConnection,
  prefix: string,
): Promise<Board> {
  const queue = new Queue(SWEEP_QUEUE, { connection, prefix });
  // An outage is told by the sweeps that fail.
  queue.on('error', () => undefined);
  const serverAdapter = new FastifyAdapter().setBasePath(PATH);
  createBullBoard({ queues: [new BullMQAdapter(queue, { readOnlyMode: true })], serverAdapter });
  await ops.fastify.register(serverAdapter.registerPlugin(), { prefix: PATH });
  return {
    close: async () => {
      connection.disconnect();
      await queue.close();
    },
  };
}
