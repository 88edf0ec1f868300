import {
  parsePublicId,
  resolve,
  type EndpointPolicy,
  type LookupStore,
  type PublicId,
  type Resolution,
  type RollStore,
  type Transport,
} from '@rollcall/domain';

/** What a public id is worth asking for: itself, or the reason why no resolver asks the store about it. */
export type ReadId =
  | { readonly kind: 'askable'; readonly id: PublicId }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unservable' };

export function readId(text: string): ReadId {
  const parsed = parsePublicId(text);
  if (parsed.ok) return { kind: 'askable', id: parsed.id };
  return { kind: parsed.problem === 'unservable' ? 'unservable' : 'malformed' };
}

/**
 * Decides as a resolver does whose renewals get through. A resolver learns from its renewals whether the roll is
 * settled; those are writes, so here the scan of the lapsed tells it, which reads only.
 */
export async function lookUp(
  store: Pick<LookupStore, 'lookup'> & Pick<RollStore, 'findLapsed'>,
  id: PublicId,
  { transport, endpoints }: { readonly transport: Transport; readonly endpoints: EndpointPolicy },
): Promise<Resolution> {
  const evidence = await store.lookup(id);
  const { settled } = await store.findLapsed(1);
  return resolve(evidence, {
    transport,
    trust: { renewing: true, settled },
    permits: (endpoint) => endpoints.refusal(endpoint) === undefined,
  });
}
