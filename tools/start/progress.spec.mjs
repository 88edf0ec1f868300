import { Progress } from './progress.mjs';

function anOutput(traits) {
  const written = [];
  return {
    columns: 60,
    ...traits,
    write: (text) => written.push(text),
    text: () => written.join(''),
  };
}

const hasEscapes = (text) => text.includes('\u001b') || text.includes('\r');

describe('Progress', () => {
  it('tells each step once, with its duration and without escape codes, where there is no terminal', async () => {
    const out = anOutput({ isTTY: false });
    const result = await new Progress(out).step('Redis', async (tell) => {
      tell('looking');
      return { told: 'found', url: 'redis://x' };
    });
    expect(out.text()).toMatch(/^Redis {8}found \(\d+\.\d s\)\n$/);
    expect(hasEscapes(out.text())).toBe(false);
    expect(result.url).toBe('redis://x');
  });

  it('announces a step that takes long, as nothing moves meanwhile', async () => {
    const out = anOutput({ isTTY: false });
    await new Progress(out).step('Roll', async () => ({ told: 'settled' }), 'settles within 10 s');
    expect(out.text()).toMatch(/^Roll {9}settles within 10 s …\nRoll {9}settled \(/);
  });

  it('replaces the counting line by the result in a terminal, and never lets it wrap', async () => {
    const out = anOutput({ isTTY: true, columns: 20 });
    await new Progress(out).step('Roll', async () => ({ told: 'settled' }), 'settles within 10 s');
    const [counting, result] = out
      .text()
      .split('\r\u001b[K')
      .map((part) => part.replace('\r', ''));
    expect(counting.replace('\u001b[K', '')).toHaveLength(19);
    expect(result).toMatch(/^✓ Roll {9}settled \(/);
  });

  it('tells nothing of a step that was given up', async () => {
    const out = anOutput({ isTTY: false });
    const progress = new Progress(out);
    let finish;
    void progress.step('Build', () => new Promise((resolve) => (finish = resolve)));
    progress.close();
    finish({ told: 'done' });
    await Promise.resolve();
    expect(out.text()).toBe('');
  });
});
