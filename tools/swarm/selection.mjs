import { CommandError } from './commands.mjs';
import { sample } from './random.mjs';

const isDown = ({ phase }) => phase === 'left' || phase === 'leaving' || phase === 'crashed';
const isUp = (host) => host.isRunning || host.door !== 'refused';

/** To which hosts a verb can be done. */
const APPLIES = {
  leave: (host) => host.isRunning && host.phase !== 'leaving',
  withdraw: (host) => host.isRunning && host.phase !== 'leaving',
  crash: (host) => host.isRunning,
  die: isUp,
  vanish: (host) => host.isRunning || host.door !== 'dropped',
  silence: (host) => !host.isSilent,
  resume: (host) => isDown(host) || host.isSilent || host.door !== 'open',
  refuse: (host) => host.door !== 'refused',
  drop: (host) => host.door !== 'dropped',
  open: (host) => host.door !== 'open',
  churn: (host) => host.phase === 'live',
};

/** The hosts that a command means; as many as there are when it wants more. */
export function select(hosts, verb, { all, count, share, host, phase, zone }, random) {
  const applies = APPLIES[verb];
  if (host !== undefined) return [named(hosts, host)].filter(applies);
  const inZone = zone === undefined ? hosts : hosts.filter((each) => each.zone === zone);
  if (zone !== undefined && inZone.length === 0)
    throw new CommandError(`there is no zone "${zone}"`);
  const candidates = inZone.filter((each) => applies(each) && isIn(each, phase));
  if (all) return candidates;
  return sample(candidates, count ?? Math.round(share * inZone.length), random);
}

/** Whether a host is what the word for a phase means. */
export function isIn(host, phase) {
  if (phase === undefined) return true;
  return phase === 'silent' ? host.isSilent : host.phase === phase;
}

function named(hosts, id) {
  const host = hosts.find(({ server }) => server === id);
  if (host) return host;
  throw new CommandError(`there is no host "${id}"`);
}
