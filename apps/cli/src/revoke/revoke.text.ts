import { qualifiedId, type SessionName } from '@rollcall/domain';
import { counted } from '../output/counted';
import { visible } from '../output/visible-text';

/** What was voided. */
export interface Revoked {
  readonly session?: SessionName;
  readonly user?: string;
  readonly revoked: number;
}

/** How many links ended, for a person. */
export function revokeText({ session, user, revoked }: Revoked): string {
  const whose = user === undefined ? '' : ` of ${visible(user)}`;
  const where =
    session === undefined ? '' : ` to ${visible(qualifiedId(session.server, session.session))}`;
  if (revoked === 0) return `No link${whose}${where} was good.`;
  return `${counted(revoked, 'link')}${whose}${where} ${revoked === 1 ? 'is' : 'are'} void now.`;
}

/** How many links ended, for programs. */
export function revokeDocument({ session, user, revoked }: Revoked): unknown {
  const id = session && qualifiedId(session.server, session.session);
  return { id, ...session, user, revoked };
}
