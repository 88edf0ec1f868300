import {
  dead,
  expectMarked,
  FIRST,
  guarded,
  heldHosts,
  hold,
  holdBeyondLease,
  hostsWithSessions,
  probed,
  recordOf,
  restOfLease,
  SECOND,
  sessionOf,
  tryHold,
  tryRelease,
  untilLate,
} from './belief-scene';
import { digest, grant, isGood } from './token-scene';
import type { Scene } from './scene';
import type { SimulatedHost } from './simulated-host';
import type { Stage } from './stage';

/** How the late are believed on a reconciler's word, and how that ends. */
export function describeHolds(stage: Stage): void {
  describe('holds', () => {
    stage.settled(
      'a late server that is held answers for one more lease, marked, and lapses then by time alone',
      async (scene) => {
        const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
        const session = sessionOf(scene, host);
        const { reportedAtMs } = await recordOf(scene, host);
        await untilLate(scene);
        await scene.newEvents();
        const before = await scene.now();
        const outcome = await scene.store.hold(await recordOf(scene, host), probed(scene));

        const record = await recordOf(scene, host);
        expect(record).toMatchObject({ held: 'probe', reportedAtMs, sessions: [session] });
        expect(record.leaseEndsAtMs - before).toBeGreaterThanOrEqual(scene.policy.leaseTtlMs);
        expect(outcome).toEqual({ kind: 'held', untilMs: record.leaseEndsAtMs });
        expect(await scene.recordOf(host)).toEqual(record);
        await scene.expectEvents({ type: 'server.held', server: host.server, reason: 'probe' });

        await scene.time.passWriting(scene.policy.leaseTtlMs - 2 * scene.slackMs);
        await expectHeld(scene, host);
        expect(await scene.lookup(host.has(scene.id('other')))).toEqual({ kind: 'not-listed' });
        await scene.time.passWriting(3 * scene.slackMs);
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('destination');
        expect(await scene.expectSettledAbsence(session)).toBe('destination');
        expect((await scene.lapsed()).map(({ server }) => server)).toEqual([host.server]);
      },
    );

    stage.settled('a hold brings back what has just lapsed', async (scene) => {
      const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
      await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
      await hold(scene, [host]);

      await expectHeld(scene, host);
      expect(await scene.lapsed()).toEqual([]);
    });

    stage.settled(
      'a hold goes on as long as it is renewed, with one event, whatever its cause becomes',
      async (scene) => {
        const [host] = (await heldHosts(scene, ['gpu-1'], guarded(scene))) as [SimulatedHost];
        const [session, { leaseTtlMs }] = [sessionOf(scene, host), scene.policy];
        await expectMarked(scene, host.has(session), 'protected', host, session);
        await expectMarked(scene, session, 'protected', host, session);
        expect(await recordOf(scene, host)).toMatchObject({ held: 'protection' });

        await scene.time.passWriting(leaseTtlMs * 0.7);
        await hold(scene, [host]);
        await scene.time.passWriting(leaseTtlMs * 0.7);
        await expectHeld(scene, host);
        await hold(scene, [host], guarded(scene));
        await expectMarked(scene, session, 'protected', host, session);
        await scene.expectEvents();
      },
    );

    stage.settled('I1: the next report makes a held server live again', async (scene) => {
      const names = ['same', 'changed', 'restarted', 'unknown'];
      const hosts = await heldHosts(scene, names);
      const [same, changed, restarted, unknown] = hosts as SimulatedHost[];
      const seen = await recordOf(scene, same!);
      const kept = sessionOf(scene, changed!);
      await same!.beats();
      await changed!.lists(kept, scene.id('new'));
      restarted!.reboots();
      await restarted!.beats();
      await unknown!.reports({ sessions: { kind: 'unknown' } });

      const opened = { type: 'session.opened', server: changed!.server, session: scene.id('new') };
      const recovered = hosts.map(({ server }) => ({ type: 'server.recovered', server }));
      await scene.expectEvents(opened, ...recovered);
      for (const host of hosts) {
        const session = sessionOf(scene, host);
        await scene.expectLive(session, host, session);
        await scene.expectLive(host.has(session), host, session);
        expect(await recordOf(scene, host)).not.toHaveProperty('held');
      }
      expect(await scene.store.hold(seen, probed(scene))).toEqual({ kind: 'reported' });
      await same!.beats();
      await scene.expectEvents();
    });

    stage.settled('a held server that says it is leaving is held no more', async (scene) => {
      const [host] = (await heldHosts(scene, ['gpu-1'])) as [SimulatedHost];
      await host.reports({ leaving: true });

      await scene.expectEvents({ type: 'server.recovered', server: host.server });
      await scene.expectLive(sessionOf(scene, host), host, sessionOf(scene, host));
      expect(await tryHold(scene, host)).toBe('gone');
      await scene.time.passWriting(scene.policy.leavingLeaseMs + scene.slackMs);
      expect(await tryHold(scene, host)).toBe('gone');
    });

    stage.settled('holds nobody who is gone, or was silent for too long', async (scene) => {
      const names = ['withdrawn', 'evicted', 'silent'];
      const hosts = await hostsWithSessions(scene, ...names);
      const [withdrawn, evicted, silent] = hosts as SimulatedHost[];
      const seen = await scene.store.records(hosts.map(({ server }) => server));
      expect(seen.map(({ server }) => server)).toEqual(hosts.map(({ server }) => server));
      await untilLate(scene);
      await withdrawn!.withdraws();
      await scene.store.evictNow(evicted!.server);
      await scene.newEvents();

      for (const record of seen.slice(0, 2))
        expect(await scene.store.hold(record, probed(scene))).toEqual({ kind: 'gone' });
      expect(await scene.store.records(hosts.map(({ server }) => server))).toHaveLength(1);
      const tooLong = probed(scene, { holdMaxMs: scene.policy.lateAfterMs });
      expect(await tryHold(scene, silent!, tooLong)).toBe('expired');
      expect(await recordOf(scene, silent!)).not.toHaveProperty('held');
      await scene.expectEvents();
    });

    stage.settled('holds nobody who has reported lately', async (scene) => {
      const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
      await scene.newEvents();
      expect(await tryHold(scene, host)).toBe('reported');
      await host.beats();
      await scene.expectLive(sessionOf(scene, host), host, sessionOf(scene, host));
      await scene.expectEvents();
    });

    stage.settled(
      'I3: a hold that was decided on an earlier report does nothing, though its server is late again',
      async (scene) => {
        const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
        const seen = await recordOf(scene, host);
        await host.beats();
        await untilLate(scene);

        expect(await scene.store.hold(seen, probed(scene))).toEqual({ kind: 'reported' });
        expect(await recordOf(scene, host)).not.toHaveProperty('held');
        expect(await tryHold(scene, host)).toBe('held');
      },
    );

    stage.settled(
      'holds nobody anew and releases nobody while the roll is not settled',
      async (scene) => {
        const [late, held] = (await hostsWithSessions(scene, 'late', 'held')) as SimulatedHost[];
        await untilLate(scene);
        await hold(scene, [held!]);
        await scene.newEvents();
        await scene.time.passSilently(scene.policy.gapMs + scene.slackMs);

        expect(await tryHold(scene, late!)).toBe('unsettled');
        expect(await tryRelease(scene, held!)).toBe('unsettled');
        await scene.expectEvents();
        expect(await recordOf(scene, late!)).not.toHaveProperty('held');
        await expectHeld(scene, held!);
      },
    );

    stage.settled(
      'I1: after an outage who lives without an agent is held once every live agent was heard',
      async (scene) => {
        const [silent] = (await hostsWithSessions(scene, 'silent')) as [SimulatedHost];
        await scene.time.passSilently(scene.policy.leaseTtlMs + scene.slackMs);
        await scene.newEvents();
        await scene.time.passWriting(scene.policy.heardAfterMs - 2 * scene.slackMs);
        expect(await tryHold(scene, silent)).toBe('unsettled');
        expect(await scene.store.survey(0)).toMatchObject({ heard: false, settled: false });

        await scene.time.passWriting(3 * scene.slackMs);
        expect(await scene.store.survey(0)).toMatchObject({ heard: true });
        expect(await tryHold(scene, silent)).toBe('held');
        await expectHeld(scene, silent);
      },
    );

    stage.settled(
      'I1: who was held before an outage is held on before the roll is settled again',
      async (scene) => {
        const [late, held] = (await hostsWithSessions(scene, 'late', 'held')) as SimulatedHost[];
        await untilLate(scene);
        await hold(scene, [held!]);
        await scene.newEvents();
        await scene.time.passSilently(scene.policy.leaseTtlMs + scene.slackMs);
        expect(await tryHold(scene, late!)).toBe('unsettled');
        expect(await tryHold(scene, held!)).toBe('held');
        await expectHeld(scene, held!);
        await scene.expectEvents();
      },
    );

    stage.settled(
      'F36: whose endpoint a live server has reported since is not held',
      async (scene) => {
        const [old, held] = (await hostsWithSessions(scene, 'old', 'held')) as SimulatedHost[];
        await untilLate(scene);
        await hold(scene, [held!]);
        const [heir, other] = (await hostsWithSessions(scene, 'heir', 'other')) as SimulatedHost[];
        await heir!.reports({ endpoint: old!.endpoint });
        const { host, httpPort } = held!.endpoint;
        await other!.reports({ endpoint: { host, httpPort, webUrlPath: '/elsewhere' } });

        expect(await tryHold(scene, old!)).toBe('replaced');
        expect(await tryHold(scene, held!)).toBe('replaced');
        await restOfLease(scene, () => other!.beats());
        expect(await tryRelease(scene, held!, dead({ reason: 'replaced', by: SECOND }))).toBe(
          'evicted',
        );
        const lost = (await scene.newEvents()).filter(({ type }) => type === 'server.lost');
        expect(lost).toMatchObject([{ server: held!.server, reason: 'replaced' }]);
      },
    );

    stage.settled(
      'an endpoint that its new owner has left, lost by its own silence, or never had alone proves what it did',
      async (scene) => {
        const names = ['moved', 'silent', 'back'];
        const [moved, silent, back] = (await hostsWithSessions(scene, ...names)) as SimulatedHost[];
        const heirs = ['heir-1', 'heir-2', 'heir-3'].map((name) => scene.host(name));
        for (const [index, heir] of heirs.entries())
          await heir.reports({ endpoint: [moved, silent, back][index]!.endpoint });
        await back!.reports({ zone: 'elsewhere' });
        await untilLate(scene, async () => {
          await heirs[0]!.beats();
          await heirs[2]!.beats();
        });
        expect(await tryHold(scene, moved!)).toBe('replaced');
        await heirs[0]!.reports({ endpoint: { host: '10.99.0.1' } });

        for (const host of [moved!, silent!, back!])
          expect(await tryHold(scene, host)).toBe('held');
      },
    );

    stage.settled(
      'I4: a hold keeps a bare id, and makes no claim to one that is another’s by now',
      async (scene) => {
        const [lapsed, other] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [kept, lost] = [scene.id('kept'), scene.id('lost')];
        await lapsed.lists(kept, lost);
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        await other.lists(lost);
        await scene.newEvents();
        await hold(scene, [lapsed]);

        await expectMarked(scene, kept, 'held', lapsed, kept);
        await expectMarked(scene, lapsed.has(lost), 'held', lapsed, lost);
        await scene.expectLive(lost, other, lost);
        await scene.expectEvents({ type: 'server.held', server: lapsed.server, reason: 'probe' });

        await other.lists(lost, kept);
        expect(await scene.lookup(kept)).toEqual({ kind: 'ambiguous' });
        await other.lists(lost);
        await expectMarked(scene, kept, 'held', lapsed, kept);
      },
    );

    stage.settled(
      'I4: a held server stays in its contests, and is promoted with its mark',
      async (scene) => {
        const [held, live] = [scene.host('gpu-1'), scene.host('gpu-2')];
        const [one, two] = [scene.id('one'), scene.id('two')];
        await held.lists(one, two);
        await live.lists(one, two);
        await untilLate(scene, () => live.beats());
        await hold(scene, [held], guarded(scene));
        await scene.time.passWriting(scene.policy.leaseTtlMs * 0.8, () => live.beats());
        expect(await scene.lookup(one)).toEqual({ kind: 'ambiguous' });

        await live.lists(two);
        await expectMarked(scene, one, 'protected', held, one);
        await held.beats();
        await scene.expectLive(one, held, one);
        expect(await scene.lookup(two)).toEqual({ kind: 'ambiguous' });
        await live.lists();
        await scene.expectLive(two, held, two);
      },
    );

    stage.settled(
      'I4: a contest that has lapsed with both is not decided by who is held first',
      async (scene) => {
        const hosts = [scene.host('gpu-1'), scene.host('gpu-2')];
        const session = scene.id('console');
        for (const host of hosts) await host.lists(session);
        await scene.time.passWriting(scene.policy.leaseTtlMs + scene.slackMs);
        await hold(scene, hosts);

        expect(await scene.expectSettledAbsence(session)).toBe('ambiguous');
        for (const host of hosts)
          await expectMarked(scene, host.has(session), 'held', host, session);
      },
    );

    stage.settled('what is known of a held server outlives its hold', async (scene) => {
      const { retentionMs, lateAfterMs } = scene.policy;
      const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
      const session = sessionOf(scene, host);
      await untilLate(scene);
      await hold(scene, [host]);
      await scene.time.passSilently(retentionMs - lateAfterMs / 2);

      for (const id of [session, host.has(session)]) {
        const lastKnown = { kind: 'destination', destination: host.destinationOf(session) };
        expect(await scene.lookup(id)).toEqual({ kind: 'absent', settled: false, lastKnown });
      }
      expect(await scene.recordOf(host)).toBeDefined();
    });

    stage.settled('a held server without a known list answers for nothing', async (scene) => {
      const [host, session] = [scene.host('gpu-1'), scene.id('console')];
      await host.reports({ sessions: { kind: 'unknown' } });
      await untilLate(scene);
      await hold(scene, [host]);
      await scene.time.passWriting(scene.policy.leaseTtlMs - 2 * scene.slackMs);

      expect(await scene.expectSettledAbsence(host.has(session))).toBe('nothing');
      expect(await scene.lapsed()).toEqual([]);
      await host.beats();
      expect(await scene.expectSettledAbsence(host.has(session))).toBe('nothing');
      await host.lists(session);
      await scene.expectLive(session, host, session);
    });

    stage.settled('tokens and claimants are those of a live server', async (scene) => {
      const [host] = (await hostsWithSessions(scene, 'gpu-1')) as [SimulatedHost];
      const rival = scene.host('gpu-2');
      const session = sessionOf(scene, host);
      const name = host.name(session);
      await grant(scene, name, 'early');
      await holdBeyondLease(scene, [host]);
      await grant(scene, name, 'late');

      const { server, endpoint } = host;
      expect(await scene.store.findClaimants(name.session)).toEqual([{ server, endpoint }]);
      await rival.lists(session);
      const both = [
        { server, endpoint },
        { server: rival.server, endpoint: rival.endpoint },
      ];
      const claimants = await scene.store.findClaimants(name.session);
      expect(claimants).toHaveLength(2);
      expect(claimants).toEqual(expect.arrayContaining(both));
      for (const token of ['early', 'late']) expect(await isGood(scene, name, token)).toBe(true);
      await tryRelease(scene, host);
      expect(await scene.store.findGrant(name, digest('early'))).toBeUndefined();
    });
  });

  describe('releases', () => {
    stage.settled(
      'strike a held server off before its hold ends, with its events and a tombstone',
      async (scene) => {
        const [host] = (await heldHosts(scene, ['gpu-1'])) as [SimulatedHost];
        const [session, { server }] = [sessionOf(scene, host), host];
        const record = await recordOf(scene, host);
        const release = () => scene.store.release(record, dead());
        const outcomes = await Promise.all([release(), release()]);

        expect(outcomes).toContainEqual({ kind: 'evicted', sessions: 1 });
        expect(outcomes).toContainEqual({ kind: 'gone' });
        await scene.expectEvents(
          { type: 'session.evicted', server, session, reason: 'dead' },
          { type: 'server.lost', server, reason: 'dead', sessions: '1' },
        );
        expect(await scene.expectSettledAbsence(host.has(session))).toBe('gone');
        expect(await scene.expectSettledAbsence(session)).toBe('nothing');
        expect(await scene.store.hold(record, probed(scene))).toEqual({ kind: 'gone' });

        expect(await scene.store.report(host.lastReport)).toEqual({ kind: 'already-applied' });
        await host.beats();
        await scene.expectLive(session, host, session);
        await scene.expectEvents(
          { type: 'server.joined', server, reason: 'returned' },
          { type: 'session.opened', server, session },
        );
      },
    );

    stage.settled('spare who is not held, or has reported since', async (scene) => {
      const [late, held] = (await hostsWithSessions(scene, 'late', 'held')) as SimulatedHost[];
      await untilLate(scene);
      await hold(scene, [held!]);
      await restOfLease(scene);
      const seen = await recordOf(scene, held!);
      await held!.beats();
      await scene.newEvents();

      for (const reason of ['dead', 'replaced', 'hold-expired'] as const) {
        expect(await scene.store.release(seen, dead({ reason }))).toEqual({ kind: 'renewed' });
        expect(await tryRelease(scene, late!, dead({ reason }))).toBe('renewed');
        expect(await tryRelease(scene, held!, dead({ reason }))).toBe('renewed');
      }
      await scene.expectEvents();
      await scene.expectLive(sessionOf(scene, held!), held!, sessionOf(scene, held!));
    });

    stage.settled('I1: never cut the lease of the last report', async (scene) => {
      const names = ['dead', 'replaced', 'expired'];
      const hosts = (await hostsWithSessions(scene, ...names)) as SimulatedHost[];
      const [gone, replaced, expired] = hosts as [SimulatedHost, SimulatedHost, SimulatedHost];
      await untilLate(scene);
      await hold(scene, hosts);
      const heir = scene.host('heir');
      await heir.reports({ endpoint: replaced.endpoint });
      const tries = [
        [gone, dead()],
        [gone, dead({ confirmed: true })],
        [replaced, dead({ reason: 'replaced' })],
        [expired, dead({ reason: 'hold-expired' })],
      ] as const;
      for (const [host, release] of tries) {
        expect(await tryRelease(scene, host, release)).toBe('renewed');
        await expectHeld(scene, host);
      }
      await restOfLease(scene, () => heir.beats());

      for (const [host, release] of tries.slice(1))
        expect(await tryRelease(scene, host, release)).toBe('evicted');
    });

    stage.settled(
      'for a bad probe wait until no other reconciler’s last probe is good',
      async (scene) => {
        const names = ['own', 'other', 'both'];
        const [own, other, both] = (await heldHosts(scene, names)) as SimulatedHost[];
        const theirs = probed(scene, { by: SECOND });
        await hold(scene, [other!], theirs);
        await hold(scene, [both!], theirs);
        await hold(scene, [both!]);

        expect(await tryRelease(scene, own!)).toBe('evicted');
        expect(await tryRelease(scene, other!)).toBe('vouched');
        expect(await tryRelease(scene, both!)).toBe('vouched');
        await expectHeld(scene, both!);
        expect(await tryRelease(scene, both!, dead({ by: SECOND }))).toBe('evicted');
        expect(await tryRelease(scene, other!, dead({ by: SECOND }))).toBe('evicted');
      },
    );

    stage.settled('for a bad probe count a verdict no longer than it is fresh', async (scene) => {
      const verdictTtlMs = scene.policy.leaseTtlMs / 3;
      const vouch = probed(scene, { verdictTtlMs });
      const [host] = (await heldHosts(scene, ['gpu-1'], vouch)) as [SimulatedHost];
      expect(await tryRelease(scene, host, dead({ by: SECOND }))).toBe('vouched');
      await scene.time.passWriting(verdictTtlMs + scene.slackMs);

      expect(await tryRelease(scene, host, dead({ by: SECOND }))).toBe('evicted');
    });

    stage.settled('for another reason need nobody’s word', async (scene) => {
      const [old, new_] = (await heldHosts(scene, ['gpu-1', 'gpu-2'])) as SimulatedHost[];
      const expired = dead({ reason: 'hold-expired', by: SECOND });
      expect(await tryRelease(scene, old!, expired)).toBe('evicted');
      const replaced = dead({ reason: 'replaced', by: SECOND });
      expect(await tryRelease(scene, new_!, replaced)).toBe('renewed');
      await scene.host('heir').reports({ endpoint: new_!.endpoint });
      expect(await tryRelease(scene, new_!, replaced)).toBe('evicted');
      const lost = (await scene.newEvents()).filter(({ type }) => type === 'server.lost');
      expect(lost.map(({ reason }) => reason)).toEqual(['hold-expired', 'replaced']);
    });

    stage.settled(
      'are not needed for who lapses, whom a fresh verdict spares all the same',
      async (scene) => {
        const { leaseTtlMs } = scene.policy;
        const long = probed(scene, { by: FIRST, verdictTtlMs: leaseTtlMs * 1.5 });
        const [host] = (await heldHosts(scene, ['gpu-1'], long)) as [SimulatedHost];
        await scene.time.passWriting(leaseTtlMs + scene.slackMs);
        const [lapsed] = await scene.lapsed();
        expect(await scene.store.evict(lapsed!)).toEqual({ kind: 'vouched' });
        await scene.time.passWriting(leaseTtlMs / 2);

        expect(await scene.store.evict(lapsed!)).toEqual({ kind: 'evicted', sessions: 1 });
        const { server } = host;
        const session = sessionOf(scene, host);
        await scene.expectEvents(
          { type: 'session.evicted', server, session, reason: 'lapsed' },
          { type: 'server.lost', server, reason: 'lapsed', sessions: '1' },
        );
      },
    );

    stage.settled('leave nothing of a hold to who comes back', async (scene) => {
      const hosts = await heldHosts(scene, ['released', 'evicted', 'withdrawn']);
      const [released, evicted, withdrawn] = hosts as SimulatedHost[];
      await tryRelease(scene, released!);
      await scene.store.evictNow(evicted!.server);
      await withdrawn!.withdraws();
      await scene.newEvents();

      for (const host of hosts) {
        await host.beats();
        const session = sessionOf(scene, host);
        await scene.expectLive(session, host, session);
        expect(await recordOf(scene, host)).not.toHaveProperty('held');
      }
      const types = (await scene.newEvents()).map(({ type }) => type);
      expect(types).not.toContain('server.recovered');
    });
  });
}

async function expectHeld(scene: Scene, host: SimulatedHost): Promise<void> {
  const session = sessionOf(scene, host);
  await expectMarked(scene, host.has(session), 'held', host, session);
  await expectMarked(scene, session, 'held', host, session);
}
