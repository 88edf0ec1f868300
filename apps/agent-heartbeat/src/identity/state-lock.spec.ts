import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TempDir } from '../testing/temp-dir';
import { lockStateDir } from './state-lock';

let dir: TempDir;
let other: ChildProcess | undefined;

beforeEach(() => {
  dir = new TempDir();
});

afterEach(() => {
  other?.kill('SIGKILL');
  dir.remove();
});

describe('the lock on the state directory', () => {
  it('refuses a second agent', async () => {
    const lock = await lockStateDir(dir.path);

    await expect(lockStateDir(dir.path)).rejects.toThrow('Another agent is running');
    await lock.release();
  });

  it('refuses it by whichever path it comes', async () => {
    const lock = await lockStateDir(dir.path);

    await expect(lockStateDir(join(dir.path, 'sub', '..'))).rejects.toThrow('Another agent');
    await lock.release();
  });

  it('is free after the agent has ended', async () => {
    const first = await lockStateDir(dir.path);
    await first.release();

    const second = await lockStateDir(dir.path);
    await second.release();
  });

  it('leaves other directories alone', async () => {
    const other = new TempDir();
    const locks = [await lockStateDir(dir.path), await lockStateDir(other.path)];

    for (const lock of locks) await lock.release();
    other.remove();
  });

  it('is free at once after a kill -9', async () => {
    const address = dir.file('agent.lock');
    const script = `require('net').createServer().listen(${JSON.stringify(address)}, () => console.log('locked'))`;
    const killed = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    other = killed;
    await once(killed.stdout, 'data');
    await expect(lockStateDir(dir.path)).rejects.toThrow('Another agent');

    killed.kill('SIGKILL');
    await once(killed, 'exit');

    expect(existsSync(address)).toBe(true);
    const lock = await lockStateDir(dir.path);
    await lock.release();
  });

  it('is refused with a sentence where no socket can be', async () => {
    await expect(lockStateDir(dir.file('missing'))).rejects.toThrow('cannot be locked');

    const long = dir.file('x'.repeat(100));
    mkdirSync(long);
    await expect(lockStateDir(long)).rejects.toThrow('is too long');
  });
});
