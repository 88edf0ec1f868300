const AT_ONCE = 16;

/** Looks each of the ids up once; resolves to how many of them were answered with anything but 200. */
export async function lookUpOnce(site, ids) {
  const rest = [...ids];
  let unresolved = 0;
  const work = Array.from({ length: AT_ONCE }, async () => {
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
      const { status } = await site.lookup(id).catch(() => ({ status: 0 }));
      if (status !== 200) unresolved += 1;
    }
  });
  await Promise.all(work);
  return unresolved;
}
