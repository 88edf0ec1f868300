/** What some of the faults are made with: those that cut a network, and those that make a clock jump. */
export const PROGRAMS = {
  ip: { package: 'iproute2', names: ['ip'] },
  iptables: { package: 'iptables', names: ['iptables'] },
  faketime: { package: 'faketime', names: ['faketime'] },
};
