import { serverRow } from '../servers/server-rows';
import type { Explanation } from './explanation';
import type { Facts, ServerFacts } from './facts';

/** The explanation for programs: the facts, with the sentences beside them. */
export function explainDocument(facts: Facts, { session, servers, roll, next }: Explanation) {
  return {
    settled: facts.survey.settled,
    protections: facts.protections,
    session: session && { ...session, claimants: claimantsOf(facts) },
    servers: facts.servers.map((server, index) => ({
      ...serverDocument(server),
      why: servers[index]?.sentences,
    })),
    roll,
    next,
  };
}

function claimantsOf({ session }: Facts): readonly string[] | undefined {
  return session?.id.kind === 'bare' ? session.claimants.map(({ server }) => server) : undefined;
}

function serverDocument(facts: ServerFacts) {
  if (facts.kind !== 'present') return { server: facts.server, state: facts.kind };
  const { seen, refusal, replaced, zone } = facts;
  const { boot, sequence, held } = seen.record;
  return {
    ...serverRow(seen),
    boot,
    sequence,
    heldBy: held ?? null,
    replaced,
    endpointRefusal: refusal ?? null,
    zoneLate: zone?.late ?? null,
    zoneServers: zone?.servers ?? null,
  };
}
