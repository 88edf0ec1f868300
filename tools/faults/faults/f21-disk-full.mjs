import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusesWrites } from '../actions/store.mjs';
import { lastStep, measureFoundAgain, measureNobodyLost } from '../history/outage-figures.mjs';
import { isTaken, isUnavailable, lookupsOf, reportsOf } from '../history/queries.mjs';
import { hasOwnNetwork } from '../site/network.mjs';

const DISK = '8m';
const PART = Buffer.alloc(1_048_576);
const FULL_FOR_MS = 12_000;
const UNKNOWN = ['gpu-99~nobody', 'nobody'];

export default {
  id: 'F21',
  title: 'the disk under Redis’s append-only file is full: writes are refused, reads work',
  core: true,
  bars: [
    'not found while live',
    'servers lost',
    'F21 unknown',
    'F21 reports',
    'back, qualified',
    'back, bare',
  ],
  async run(context) {
    const disk = mountDisk();
    // With every write synced at once, Redis would end instead of refusing.
    const store = {
      persistence: 'always',
      args: ['--dir', disk.folder, '--appendfsync', 'everysec'],
    };
    await context.arrange({ hosts: 3, store });
    const client = context.site.store.client();
    await context.fault('the disk is full', {
      effect: { kind: 'store', state: 'refusing' },
      act: async () => {
        disk.fill();
        await context.until('writes are refused', () => refusesWrites(client, 'MISCONF'));
      },
      proof: () => refusesWrites(client, 'MISCONF'),
    });
    const [goneAt, refusedAt] = lastStep(context);
    await context.pass(FULL_FOR_MS);
    await context.heal('the disk has room', {
      effect: { kind: 'store', state: 'up' },
      act: async () => {
        disk.empty();
        await context.until(
          'writes are taken',
          async () => !(await refusesWrites(client, 'MISCONF')),
        );
      },
    });
    const [roomAt, backAt] = lastStep(context);
    await context.conclude();
    disk.unmount();

    const settledUntil = refusedAt + context.profile.gap + context.profile.interval;
    const unknown = lookupsOf(context.records, UNKNOWN, { from: settledUntil, to: roomAt });
    context.measure('F21 unknown', unknown.filter((lookup) => !isUnavailable(lookup)).length);
    const reports = reportsOf(context.records, undefined, { from: refusedAt, to: roomAt });
    context.measure('F21 reports', reports.filter((report) => !isTaken(report)).length);
    measureNobodyLost(context, goneAt);
    measureFoundAgain(context, 'back, qualified', backAt, ['live']);
    measureFoundAgain(context, 'back, bare', backAt, ['bare']);
  },
};

/** A small disk of our own; it is gone with the mount namespace, whatever happens. */
function mountDisk() {
  if (!hasOwnNetwork())
    throw new Error(
      'This fault mounts a file system: run it on Linux as root, or where unshare --user --mount is allowed.',
    );
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-disk-'));
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`The small disk could not be mounted: ${stderr}`);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      try {
        for (let part = 0; ; part += 1) writeFileSync(`${filler}-${part}`, PART);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    },
    empty: () => {
      for (let part = 0; part < 32; part += 1) rmSync(`${filler}-${part}`, { force: true });
    },
    unmount: () => {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
