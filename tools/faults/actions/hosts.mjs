import { tryPort } from '../site/dcv-port.mjs';

const lives = (server) => ({ kind: 'host', server, state: 'up' });

/** kill -9 of the agent, and nobody at the DCV port any more. */
export function hostDies(context, host) {
  return context.fault(`${host.id} dies`, {
    effect: { kind: 'host', server: host.id, state: 'dead' },
    act: () => Promise.all([host.agent.kill(), host.dcv.close()]),
    proof: async () =>
      !host.agent.isRunning && (await tryPort(host.address, host.port)) === 'refused',
  });
}

/** Opens the port again, and starts the agent. */
export function hostReturns(context, host, settings) {
  return context.heal(`${host.id} returns`, {
    effect: lives(host.id),
    act: async () => {
      await host.dcv.open();
      await host.startAgent(settings);
    },
    proof: () => host.agent.isRunning,
  });
}

/** Starts the agent of a host whose DCV port has stayed open. */
export function agentReturns(context, host) {
  return context.heal(`the agent of ${host.id} returns`, {
    effect: { kind: 'agent', server: host.id, state: 'up' },
    act: () => host.startAgent(),
    proof: () => host.agent.isRunning,
  });
}

/** kill -9 of the agent alone: the DCV port still answers. */
export function agentDies(context, host) {
  return context.fault(`the agent of ${host.id} dies`, {
    effect: { kind: 'agent', server: host.id, state: 'killed' },
    act: () => host.agent.kill(),
    proof: () => !host.agent.isRunning && host.dcv.isOpen,
  });
}

/** Nobody listens at the DCV port any more. */
export function portCloses(context, host) {
  return context.fault(`the DCV port of ${host.id} closes`, {
    effect: { kind: 'port', server: host.id, state: 'refused' },
    act: () => host.dcv.close(),
    proof: async () => (await tryPort(host.address, host.port)) === 'refused',
  });
}

/** Somebody listens there again. */
export function portOpens(context, host) {
  return context.heal(`the DCV port of ${host.id} opens`, {
    effect: { kind: 'port', server: host.id, state: 'open' },
    act: () => host.dcv.open(),
    proof: async () => (await tryPort(host.address, host.port)) === 'open',
  });
}

/** SIGSTOP: the agent stands still. */
export function agentPauses(context, host) {
  return context.fault(`the agent of ${host.id} is stopped`, {
    effect: { kind: 'agent', server: host.id, state: 'paused' },
    act: () => host.agent.signal('SIGSTOP'),
    proof: () => context.until('it stands still', () => host.agent.isPaused).then(() => true),
  });
}

/** SIGCONT. */
export function agentResumes(context, host) {
  return context.heal(`the agent of ${host.id} goes on`, {
    effect: { kind: 'agent', server: host.id, state: 'up' },
    act: () => host.agent.signal('SIGCONT'),
    proof: () => !host.agent.isPaused,
  });
}
