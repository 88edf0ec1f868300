import { spawn } from 'node:child_process';

/** A program that opens links, and what it is told. */
export interface Opener {
  readonly command: string;
  readonly args: readonly string[];
}

/** How long an opener may take to say that it cannot. */
const FAILS_WITHIN_MS = 2_000;

/** What opens a link on this system; no shell sees the link. */
export function openerFor(link: string, platform: NodeJS.Platform): Opener {
  switch (platform) {
    case 'darwin':
      return { command: 'open', args: [link] };
    case 'win32':
      return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', link] };
    default:
      return { command: 'xdg-open', args: [link] };
  }
}

/**
 * Starts an opener and tells whether it seems to have worked: some openers end at once, others are the browser itself and
 * stay. It outlives this program.
 */
export function startOpener(
  { command, args }: Opener,
  failsWithinMs = FAILS_WITHIN_MS,
): Promise<boolean> {
  return new Promise((resolve) => {
    const opener = spawn(command, args, { detached: true, stdio: 'ignore', windowsHide: true });
    const patience = setTimeout(() => resolve(true), failsWithinMs);
    const end = (opened: boolean) => {
      clearTimeout(patience);
      resolve(opened);
    };
    opener.once('error', () => end(false)).once('exit', (code) => end(code === 0));
    opener.unref();
  });
}
