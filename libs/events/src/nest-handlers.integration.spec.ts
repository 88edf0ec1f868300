import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SessionEvicted } from '@rollcall/contracts';
import { startTestRedis, type TestRedis } from '@rollcall/testing';
import { EventStreamServer } from './event-stream.server';
import { EventContext } from './event.context';

const STREAM = 'test:{roll}:events';
const seen: { event: unknown; deliveries: number }[] = [];
let failures = 0;

@Controller()
class Bookkeeping {
  @EventPattern('session.evicted')
  evicted(@Payload() event: SessionEvicted, @Ctx() { deliveries }: EventContext): void {
    seen.push({ event, deliveries });
    if (failures-- > 0) throw new Error('not this time');
  }
}

@Controller()
class Audit {
  @EventPattern('session.evicted')
  async evicted(@Payload() event: SessionEvicted): Promise<void> {
    seen.push({ event: event.session, deliveries: 0 });
  }
}

describe('Nest handlers of domain events', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startTestRedis();
  });

  afterAll(() => redis.stop());

  it('get the payload’s class and the context, all of them, and again after one has thrown', async () => {
    failures = 1;
    const strategy = new EventStreamServer({
      ...{ stream: STREAM, group: 'test', consumer: 'c1', redeliverAfterMs: 60 },
      connect: () => redis.client({ maxRetriesPerRequest: null }),
    });
    const handled = new Promise<void>((resolve) => {
      strategy.on('delivered', (_type, verdict) => verdict === 'handled' && resolve());
    });
    const module = await Test.createTestingModule({ controllers: [Bookkeeping, Audit] }).compile();
    const app = module.createNestMicroservice({ strategy, logger: false });
    await app.listen();
    const fields = ['at', '7', 'server', 'gpu-1', 'session', 'console', 'reason', 'lapsed'];
    await redis.client().xadd(STREAM, '*', 'type', 'session.evicted', ...fields);
    await handled;
    await app.close();

    const event = { at: 7, server: 'gpu-1', session: 'console', reason: 'lapsed' };
    expect(seen).toEqual([
      { event, deliveries: 1 },
      { event: 'console', deliveries: 0 },
      { event, deliveries: 2 },
      { event: 'console', deliveries: 0 },
    ]);
    expect(seen[0]?.event).toBeInstanceOf(SessionEvicted);
  });
});
