const PAGE = 500;

/** Come and go by themselves whatever the roll holds: what a sweep, a renewal or a verdict writes. */
const FLEETING = /^(settled|pulse|swept|events|v:.*|g:.*)$/;

/**
 * The keys of a roll that must not grow in number: names without their prefix, and the sizes of the roll's tables. Of
 * the dead a tombstone stays until the retention ends, so theirs are not counted.
 */
export async function keyCensus(client, base, dead) {
  const tombstones = new Set(dead.map((server) => `l:${server}`));
  const sizes = await tableSizes(client, base);
  const servers = await serversOf(client, base);
  const names = (await Promise.all(servers.map((server) => namesAt(server, base)))).flat();
  const isCounted = (name) => !FLEETING.test(name) && !tombstones.has(name);
  return { keys: [...new Set(names)].filter(isCounted).sort(), sizes };
}

/** The servers that have keys: a command about one finds the way to whichever of a Cluster holds the roll by now. */
export async function serversOf(client, key) {
  await client.exists(key);
  return client.isCluster ? client.nodes('master') : [client];
}

async function namesAt(server, base) {
  const names = [];
  for (let cursor = '0'; ;) {
    const [next, page] = await server.scan(cursor, 'MATCH', `${globbed(base)}*`, 'COUNT', PAGE);
    names.push(...page.map((key) => key.slice(base.length)));
    cursor = next;
    if (cursor === '0') return names;
  }
}

async function tableSizes(client, base) {
  const sizes = {};
  for (const table of ['due', 'held']) sizes[table] = await client.zcard(base + table);
  for (const table of ['endpoints', 'zones']) sizes[table] = await client.hlen(base + table);
  return sizes;
}

const globbed = (text) => text.replace(/[\\*?[\]]/g, '\\$&');
