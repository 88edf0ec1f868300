import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Listens, and never takes a connection: Node always would. */
const LISTENER = `use Socket;
socket S, PF_INET, SOCK_STREAM, 0 or die; bind S, pack_sockaddr_in(0, INADDR_LOOPBACK) or die; listen S, 0 or die;
$| = 1; print +(unpack_sockaddr_in getsockname S)[0]; sleep 60;`;
const QUEUE = 4;
const FILLED_MS = 200;

/** A port whose queue is full, so that the system drops what else comes: as a firewall does, or a host that is gone. */
export async function holeInTheNetwork() {
  const listener = spawn('perl', ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(listener.stdout, 'data');
  const waiting = Array.from({ length: QUEUE }, () =>
    connect(Number(port), '127.0.0.1').on('error', () => undefined),
  );
  await delay(FILLED_MS);
  return {
    port: Number(port),
    close() {
      for (const socket of waiting) socket.destroy();
      listener.kill();
    },
  };
}
