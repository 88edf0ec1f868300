import type { LocalId } from '@rollcall/domain';
import { localId, serverId } from '../builders/ids';

/** The two servers of a model. */
export const SERVERS = [serverId('a'), serverId('b')] as const;

/** Addresses of their hosts. */
export const ADDRESSES = ['10.0.0.1', '10.0.0.2'] as const;

/** What their hosts may call a session; both may have each. */
export const LOCALS: readonly LocalId[] = ['console', 'design'].map(localId);
