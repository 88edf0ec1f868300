import type { ServerId } from '@rollcall/domain';
import { anEndpoint } from '@rollcall/testing';
import { EndpointAudit } from './endpoint-audit';

const [GPU_1, GPU_2] = ['gpu-1', 'gpu-2'] as ServerId[] as [ServerId, ServerId];
const ENDPOINT = anEndpoint({ host: '169.254.169.254' });

describe('the audit of refused addresses', () => {
  it('has one line per host and interval, with who reported what', () => {
    let nowMs = 0;
    const warn = jest.fn();
    const audit = new EndpointAudit({ logger: { warn }, lineEveryMs: 5_000, now: () => nowMs });

    audit.refused(GPU_1, ENDPOINT, 'link-local');
    audit.refused(GPU_1, ENDPOINT, 'link-local');
    audit.refused(GPU_2, ENDPOINT, 'link-local');
    nowMs = 4_999;
    audit.refused(GPU_1, ENDPOINT, 'link-local');
    expect(warn.mock.calls.map(([details]: [{ server: string }]) => details.server)).toEqual([
      'gpu-1',
      'gpu-2',
    ]);
    nowMs = 5_000;
    audit.refused(GPU_1, ENDPOINT, 'link-local');

    expect(warn).toHaveBeenCalledTimes(3);
    expect(warn.mock.calls[2][0]).toEqual({
      audit: 'endpoint-refused',
      server: 'gpu-1',
      host: '169.254.169.254',
      httpPort: 8443,
      quicPort: 8443,
      reason: 'link-local',
    });
  });
});
