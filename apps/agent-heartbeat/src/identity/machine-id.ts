import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runCommand } from '../bounded-command';

const LIMITS = { timeoutMs: 3_000, stdoutBytesMax: 65_536 };
const LINUX_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

export const LINUX_MACHINE_ID = /^([0-9a-f]{32})$/im;
export const MACHINE_GUID = /MachineGuid\s+REG_SZ\s+(\S+)/;
export const IOPLATFORM_UUID = /"IOPlatformUUID"\s*=\s*"([^"]+)"/;

/** A hash of what the operating system calls this machine, or undefined when it has no name for it. */
export async function machineFingerprint(): Promise<string | undefined> {
  const id = await machineId(process.platform);
  if (id === undefined) return undefined;
  return createHash('sha256').update(`rollcall:${id}`).digest('hex').slice(0, 32);
}

async function machineId(platform: NodeJS.Platform): Promise<string | undefined> {
  switch (platform) {
    case 'win32': {
      const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
      return idIn(await outputOf('reg', ['query', key, '/v', 'MachineGuid']), MACHINE_GUID);
    }
    case 'darwin': {
      const args = ['-rd1', '-c', 'IOPlatformExpertDevice'];
      return idIn(await outputOf('ioreg', args), IOPLATFORM_UUID);
    }
    default:
      return idIn(LINUX_FILES.map(textOf).join('\n'), LINUX_MACHINE_ID);
  }
}

/** Picks a machine's id from what the system says of itself. */
export function idIn(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1]?.toLowerCase();
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const result = await runCommand(command, args, LIMITS).result;
  return result.kind === 'done' ? result.stdout.toString('utf8') : '';
}
