import { anEndpoint, localId, serverId } from '@rollcall/testing';
import type { Resolution } from '@rollcall/domain';
import { gatewayAnswer } from './gateway-answer';
import { resolveText } from './resolve.text';

async function textOf(resolution: Resolution): Promise<string[]> {
  return resolveText(await gatewayAnswer(resolution, 'HTTP'), resolution).split('\n');
}

const found: Resolution & { kind: 'found' } = {
  kind: 'found',
  port: 8443,
  destination: {
    server: serverId('gpu-1'),
    session: localId('console'),
    endpoint: anEndpoint({ webUrlPath: '/dcv' }),
  },
};

describe('resolveText', () => {
  it('tells where the gateway is sent', async () => {
    expect(await textOf(found)).toEqual([
      '200 OK',
      'session    console',
      'server     gpu-1',
      'endpoint   10.0.0.1:8443',
      'transport  HTTP',
      'web path   /dcv',
    ]);
  });

  it('tells why the answer is stale', async () => {
    expect((await textOf({ ...found, stale: 'unsettled' })).at(-1)).toBe(
      'stale      unsettled: the roll is still being called, and this is what was last known',
    );
    expect((await textOf({ ...found, stale: 'held' })).at(-1)).toBe(
      'stale      held: its agent is silent, but its DCV port answers a reconciler',
    );
    expect((await textOf({ ...found, stale: 'protected' })).at(-1)).toBe(
      'stale      protected: its agent is silent, as are so many of its zone that it is no evidence',
    );
  });

  it('tells code and sentence when there is no destination', async () => {
    expect(await textOf({ kind: 'not-found', reason: 'ambiguous' })).toEqual([
      '404 SESSION_AMBIGUOUS',
      'Several servers have a session of this name: ask for <server>~<session>.',
    ]);
  });
});
