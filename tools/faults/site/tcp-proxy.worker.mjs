// A way to a server that can be made slow, or stop: a thread of its own, so that it is late by nothing but what it is told.
import { connect, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { CommandGate } from './command-gate.mjs';

const { host, port, listenAt } = workerData;
const pairs = new Set();
/** What is kept back: after so many commands that hold one text, each road from its first that holds another. */
let keeping;
let delayMs = 0;
let stopped = false;

const server = createServer((client) => {
  const upstream = connect({ host, port });
  const gate = new CommandGate((command) => isToBeKept(command, client.localAddress));
  const pair = { client, upstream, gate, said: [] };
  pairs.add(pair);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ]) {
    const end = () => {
      pairs.delete(pair);
      to.destroy();
    };
    from.setNoDelay();
    from.on('error', end);
    from.on('close', end);
    if (stopped) from.pause();
  }
  client.on('data', (chunk) => upstream.write(gate.pass(chunk)));
  upstream.on('data', (chunk) => answer(pair, chunk));
});

/** Nothing overtakes what was said before, also when the delay becomes shorter. */
function answer(pair, chunk) {
  pair.said.push({ chunk, dueAt: performance.now() + delayMs });
  if (pair.said.length === 1) speak(pair);
}

function speak({ client, said }) {
  const waitMs = said[0].dueAt - performance.now();
  if (waitMs > 0) return setTimeout(speak, waitMs, { client, said });
  if (!client.destroyed) client.write(said[0].chunk);
  said.shift();
  if (said.length > 0) speak({ client, said });
}

function stop(now) {
  stopped = now;
  for (const { client, upstream } of pairs)
    for (const socket of [client, upstream])
      if (now) socket.pause();
      else socket.resume();
}

function isToBeKept(command, address) {
  if (keeping === undefined) return false;
  if (keeping.times > 0) {
    if (command.includes(keeping.after)) keeping.times -= 1;
    return false;
  }
  if (!command.includes(keeping.from)) return false;
  parentPort.postMessage({ keptAt: address });
  return true;
}

/** Returns how many commands were kept back until now. */
function release(but) {
  keeping = undefined;
  let count = 0;
  for (const { client, gate, upstream } of pairs)
    for (const command of client.localAddress === but ? [] : gate.release()) {
      upstream.write(command);
      count += 1;
    }
  return count;
}

parentPort.on('message', (message) => {
  if (message.keep !== undefined) keeping = message.keep;
  if (message.delayMs !== undefined) delayMs = message.delayMs;
  if (message.stopped !== undefined) stop(message.stopped);
  if (message.close) process.exit(0);
  parentPort.postMessage({ done: message.release ? release(message.but) : true });
});

server.listen(0, listenAt, () => parentPort.postMessage({ port: server.address().port }));
