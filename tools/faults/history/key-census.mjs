const PAGE = 500;

/** Come and go by themselves whatever the roll holds: what a sweep, a renewal or a verdict writes. */
const FLEETING = /^(settled|pulse|swept|events|v:.*|g:.*)$/;

/**
 * The keys of a roll that must not grow in number: names without their prefix, and the sizes of the roll's tables. Of
 * the dead a tombstone stays until the retention ends, so theirs are not counted.
 */
export async function keyCensus(client, base, dead) {
  const tombstones = new Set(dead.map((server) => `l:${server}`));
  const names = new Set();
  for (let cursor = '0'; ;) {
    const [next, page] = await client.scan(cursor, 'MATCH', `${globbed(base)}*`, 'COUNT', PAGE);
    for (const key of page) names.add(key.slice(base.length));
    cursor = next;
    if (cursor === '0') break;
  }
  const keys = [...names].filter((name) => !FLEETING.test(name) && !tombstones.has(name)).sort();
  return { keys, sizes: await tableSizes(client, base) };
}

async function tableSizes(client, base) {
  const sizes = {};
  for (const table of ['due', 'held']) sizes[table] = await client.zcard(base + table);
  for (const table of ['endpoints', 'zones']) sizes[table] = await client.hlen(base + table);
  return sizes;
}

const globbed = (text) => text.replace(/[\\*?[\]]/g, '\\$&');
