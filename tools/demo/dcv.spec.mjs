import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const DCV = join(root, 'tools/demo/dcv');

function dcv(args, sessionsFile) {
  const env = { PATH: process.env.PATH, ...(sessionsFile && { DEMO_SESSIONS_FILE: sessionsFile }) };
  const { status, stdout } = spawnSync(DCV, args, { env, encoding: 'utf8' });
  return { status, stdout };
}

describe('the stand-in for dcv', () => {
  it.each(['demo-1', 'demo-2', 'demo-3'])('lists the sessions of %s as JSON', (host) => {
    const { status, stdout } = dcv(
      ['list-sessions', '-j'],
      join(root, `tools/demo/sessions/${host}.json`),
    );
    expect(status).toBe(0);
    const ids = JSON.parse(stdout).map(({ id }) => id);
    expect(ids).toContain('console');
  });

  it('fails, rather than list nothing, when its host has no file', () => {
    expect(dcv(['list-sessions', '-j'], '/nonexistent.json')).toMatchObject({ stdout: '' });
    expect(dcv(['list-sessions', '-j'], '/nonexistent.json').status).not.toBe(0);
    expect(dcv(['list-sessions', '-j']).status).not.toBe(0);
  });

  it('refuses what it cannot do', () => {
    expect(dcv(['create-session', 'x'], '/dev/null').status).toBe(2);
    expect(dcv(['list-sessions'], '/dev/null').status).toBe(2);
  });
});
