import {
  parsePublicId,
  resolve,
  type EndpointPolicy,
  type LookupStore,
  type PublicId,
  type Resolution,
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

/** Decides as a resolver does whose renewals get through; this program writes nothing, so it has none of its own. */
export async function lookUp(
  store: Pick<LookupStore, 'lookup'>,
  id: PublicId,
  { transport, endpoints }: { readonly transport: Transport; readonly endpoints: EndpointPolicy },
): Promise<Resolution> {
  const evidence = await store.lookup(id);
  return resolve(evidence, {
    transport,
    renewing: true,
    permits: (endpoint) => endpoints.refusal(endpoint) === undefined,
  });
}
