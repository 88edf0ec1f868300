/** Where zone 0 is; each zone has a /16 of its own, so that one rule of a packet filter covers it. */
const FIRST_NET = 64;
const ZONES_MAX = 64;
const HOSTS_PER_NET = 254;

/** The names of so many zones: a, b, …, z, z27, …; one zone has no name. */
export function zoneNames(count) {
  if (count <= 1) return [''];
  return Array.from({ length: Math.min(count, ZONES_MAX) }, (_, index) =>
    index < 26 ? String.fromCharCode(97 + index) : `z${index + 1}`,
  );
}

/**
 * Every host has an address of its own and all one port: on Linux the whole of 127.0.0.0/8 is the machine's own. A fixed
 * address is everybody's, and the ports count up from the first one.
 */
export function addressOf(index, zones, { address, port }) {
  if (address !== undefined) return endpoint(address, port + index);
  const zone = index % zones;
  const number = Math.floor(index / zones);
  const [high, low] = [Math.floor(number / HOSTS_PER_NET), 1 + (number % HOSTS_PER_NET)];
  return endpoint(`127.${FIRST_NET + zone}.${high}.${low}`, port);
}

function endpoint(host, port) {
  return { host, httpPort: port, quicPort: port, webUrlPath: '/' };
}
