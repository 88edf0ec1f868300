import type { Metrics } from '@rollcall/observability';

/** The value a scrape would show, by name without prefix and by labels; undefined when there is none. */
export async function sample(
  { registry }: Metrics,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const metric = await registry.getSingleMetric(`rollcall_${name}`)?.get();
  const found = metric?.values.find(
    (value) =>
      Object.entries(labels).every(([label, text]) => value.labels[label] === text) &&
      Object.keys(value.labels).length === Object.keys(labels).length,
  );
  return found?.value;
}
