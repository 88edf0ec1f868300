import { tryPort } from '../site/dcv-port.mjs';

/** Roads on which agents reach Redis, and addresses at which hosts are reached (site/site.mjs). */
const ALL_AGENTS = '127.0.2.0/24';
const ALL_HOSTS = '127.0.1.0/24';

const effects = (hosts, state) => hosts.map(({ id }) => ({ kind: 'agent', server: id, state }));

/** Nothing that these agents report arrives any more. */
export function reportsAreCut(context, hosts) {
  const { network, redis } = context.site;
  const roads = hosts.map(({ road }) => road);
  return context.fault(`${named(context, hosts)} cut off from Redis`, {
    effect: effects(hosts, 'paused'),
    act: () => network.drop(...(isAll(context, hosts) ? [ALL_AGENTS] : roads)),
    proof: async () => (await tryPort(roads[0], redis.port)) === 'silent',
  });
}

export function reportsArriveAgain(context, hosts) {
  const { network } = context.site;
  return context.heal(`${named(context, hosts)} reach Redis again`, {
    effect: effects(hosts, 'up'),
    act: () =>
      network.heal(...(isAll(context, hosts) ? [ALL_AGENTS] : hosts.map(({ road }) => road))),
  });
}

/** No packet to the DCV ports of these hosts arrives any more. */
export function portsAreCut(context, hosts, phase = 'fault') {
  const { network } = context.site;
  const addresses = hosts.map(({ address }) => address);
  return context[phase](`packets to ${named(context, hosts)} are dropped`, {
    effect: hosts.map(({ id }) => ({ kind: 'port', server: id, state: 'dropped' })),
    act: () => network.drop(...(isAll(context, hosts) ? [ALL_HOSTS] : addresses)),
    proof: async () => (await tryPort(addresses[0], hosts[0].port)) === 'silent',
  });
}

export function portsAnswerAgain(context, hosts) {
  const { network } = context.site;
  return context.heal(`packets to ${named(context, hosts)} arrive again`, {
    effect: hosts.map(({ id }) => ({ kind: 'port', server: id, state: 'open' })),
    act: () =>
      network.heal(...(isAll(context, hosts) ? [ALL_HOSTS] : hosts.map(({ address }) => address))),
    proof: async () => (await tryPort(hosts[0].address, hosts[0].port)) === 'open',
  });
}

const isAll = ({ live }, hosts) => hosts.length === live.length;
const named = (context, hosts) =>
  isAll(context, hosts) ? 'all hosts' : hosts.map(({ id }) => id).join(', ');
