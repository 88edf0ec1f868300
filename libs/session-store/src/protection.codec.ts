import type { Protection } from '@rollcall/domain';

/** Reads the protection of a zone (scripts/include/protection.lua has the layout). */
export function decodeProtection(zone: string, value: string): Protection {
  const [version, state, sinceMs, late, servers] = value.split('\t');
  return {
    zone,
    version: Number(version),
    state: state === 'on' ? 'on' : 'ended',
    sinceMs: Number(sinceMs),
    late: Number(late),
    servers: Number(servers),
  };
}
