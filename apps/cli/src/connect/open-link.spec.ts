import { openerFor, startOpener } from './open-link';

const LINK = 'https://gw.example:8443/?authToken=T&x=$(id)#gpu-1~console';

function script(code: string) {
  return { command: process.execPath, args: ['-e', code] };
}

describe('openerFor', () => {
  it.each([
    ['linux', 'xdg-open', [LINK]],
    ['freebsd', 'xdg-open', [LINK]],
    ['darwin', 'open', [LINK]],
    ['win32', 'rundll32', ['url.dll,FileProtocolHandler', LINK]],
  ] as const)('is the program of %s, with the link as one argument', (platform, command, args) => {
    expect(openerFor(LINK, platform)).toEqual({ command, args });
  });
});

describe('startOpener', () => {
  it('has opened the link when the program ends well', async () => {
    expect(await startOpener(script('process.exit(0)'), 60_000)).toBe(true);
  });

  it('has not when the program fails', async () => {
    expect(await startOpener(script('process.exit(3)'), 60_000)).toBe(false);
  });

  it('has not when there is no such program', async () => {
    expect(await startOpener({ command: '/nowhere/xdg-open', args: [LINK] }, 60_000)).toBe(false);
  });

  it('does not wait for a program that is the browser itself', async () => {
    expect(await startOpener(script('setTimeout(() => process.exit(3), 1000)'), 1)).toBe(true);
  });
});
