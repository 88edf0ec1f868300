// Waits until the run that started it is over. If that run was killed, ends what it had started.
import { endMembers } from './processes.mjs';
import { readRun } from './run-file.mjs';

const [path, pid, mark] = process.argv.slice(2);

process.stdin.resume().on('end', async () => {
  const run = readRun(path);
  if (run?.owner.pid === Number(pid) && run.owner.mark === mark) {
    await endMembers(run.members);
  }
});
