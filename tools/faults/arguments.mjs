export const USAGE = `usage: npm run test:faults [-- F2 F10 …] [--all] [--seed S] [--without-reconcilers] [--older REVISION] [--report DIR]
       npm run test:faults -- --mutants [holding …] [--seed S]

Starts real processes, makes one fault at a time under recorded traffic, and holds the history against the invariants
and each fault's bars. Without arguments the core (10 minutes at most), with --all every fault, else those named.

  --seed S                what a run chooses: a run with the same seed makes the same choices
  --without-reconcilers   the dead must stay dead and the live alive without them, too
  --older REVISION        the older version, for faults that run two; the newest release before this one unless told
  --report DIR            where report, pictures and histories go; .rollcall/faults unless told otherwise
  --list                  names the faults
  --mutants               switches each mechanism off in a copy, one at a time: a fault must notice

  Needs a redis-server on the PATH. Faults that cut a network need Linux, root or user namespaces, and Debian's
  iproute2 and iptables; those that make a clock jump need faketime. As root on Debian or Ubuntu they are installed.`;

/** Reads the command line; throws what cannot be understood. */
export function readArguments(args) {
  const options = { faults: [], all: false, list: false, mutants: false, reconcilers: true };
  const rest = [...args];
  const valueOf = (name) => {
    const value = rest.shift();
    if (!value) throw new Error(`${name} needs a value.\n${USAGE}`);
    return value;
  };
  while (rest.length > 0) {
    const arg = rest.shift();
    if (arg === '--help') options.help = true;
    else if (arg === '--all') options.all = true;
    else if (arg === '--list') options.list = true;
    else if (arg === '--mutants') options.mutants = true;
    else if (arg === '--without-reconcilers') options.reconcilers = false;
    else if (arg === '--seed') options.seed = valueOf(arg);
    else if (arg === '--older') options.older = valueOf(arg);
    else if (arg === '--report') options.report = valueOf(arg);
    else if (arg.startsWith('-')) throw new Error(`Not understood: ${arg}\n${USAGE}`);
    else options.faults.push(arg);
  }
  return options;
}
