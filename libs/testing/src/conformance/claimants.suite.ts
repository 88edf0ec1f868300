import type { Claimant } from '@rollcall/domain';
import { localId } from '../builders/ids';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** Who has a local id, for a question that does not say which server asks it. */
export function describeClaimants(stage: Stage): void {
  describe('the claimants of a local id', () => {
    stage.settled('are none when nobody has it', async (scene) => {
      await expectClaimants(scene, scene.id('console'));
    });

    stage.settled('are the server that has it alone, with its newest endpoint', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await expectClaimants(scene, session, host);
      await host.reports({ endpoint: { host: 'gpu-1.example', quicPort: 0, webUrlPath: '/desk' } });
      await expectClaimants(scene, session, host);
    });

    stage.settled('are all that contest it, and then the one that is left', async (scene) => {
      const hosts = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) => scene.host(name));
      const session = scene.id('console');
      for (const host of hosts) await host.lists(session);
      await expectClaimants(scene, session, ...hosts);

      await hosts[0]!.lists();
      await expectClaimants(scene, session, hosts[1]!, hosts[2]!);
      await hosts[2]!.withdraws();
      await expectClaimants(scene, session, hosts[1]!);
    });

    stage.settled('are no longer who has closed it', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await host.lists();
      await expectClaimants(scene, session);
    });

    stage.settled('are who had it alone, while that one is late', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
      await expectClaimants(scene, session, host);
    });

    stage.settled('are no longer who was struck off', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.lists(session);
      await scene.store.evictNow(host.server);
      await expectClaimants(scene, session);
    });

    stage.settled('are not known when all who contested it are late', async (scene) => {
      const session = scene.id('console');
      for (const name of ['gpu-1', 'gpu-2']) await scene.host(name).lists(session);
      await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
      await expectClaimants(scene, session);
    });

    stage.lost('are known before the roll has settled', async (scene) => {
      const [first, second] = [scene.host('gpu-1'), scene.host('gpu-2')];
      const session = scene.id('console');
      await first.lists(session);
      await expectClaimants(scene, session, first);
      await second.lists(session);
      await expectClaimants(scene, session, first, second);
    });

    stage.settled('are none for an id without a bare form', async (scene) => {
      const session = `a~${scene.id('console')}`;
      await scene.host('gpu-1').lists(session);
      await expectClaimants(scene, session);
    });
  });
}

async function expectClaimants(
  scene: Scene,
  session: string,
  ...hosts: readonly SimulatedHost[]
): Promise<void> {
  const claimants = await scene.store.findClaimants(localId(session));
  const expected = hosts.map(({ server, endpoint }) => ({ server, endpoint }));
  expect([...claimants].sort(byServer)).toEqual(expected.sort(byServer));
}

function byServer(one: Claimant, other: Claimant): number {
  return one.server.localeCompare(other.server);
}
