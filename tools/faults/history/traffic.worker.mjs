// Asks resolvers for sessions at a steady rate. A thread of its own: what the runner does must not show in the answers.
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { moment } from './moment.mjs';

const GIVE_UP_MS = 2_000;
/** What an outage made of connections is let go of after it: a resolver's handles are then its own, and may not grow. */
const IDLE_MS = 5_000;
const TELL_EVERY_MS = 50;
const LAG_WORTH_TELLING_MS = 40;
const PASSED_OVER_MS = 1_000;

const { everyMs } = workerData;
const connections = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_MS });

const turns = new Map();

let plan = workerData.plan;
let asked = 0;
let told = [];
let pending = 0;
let stopping = false;
let dueAt = moment();
/** Until when a resolver is passed over that took no connection. */
const passedOver = new Map();

parentPort.on('message', (message) => {
  if (message.plan) plan = message.plan;
  if (message.stop) stopping = true;
});

function ask(id, resolvers, start = moment()) {
  const query = new URLSearchParams({ sessionId: id, transport: 'HTTP' });
  const [{ name, url }, ...others] = resolvers;
  pending += 1;
  const finish = (answer) => {
    pending -= 1;
    told.push({ id, resolver: name, start, end: moment(), ...answer });
  };
  const fail = ({ code, message }) => {
    if (!plan.passesOver || code !== 'ECONNREFUSED' || others.length === 0)
      return finish({ status: 0, error: code ?? message });
    pending -= 1;
    passedOver.set(name, moment() + PASSED_OVER_MS);
    ask(id, others, start);
  };
  const asking = request(
    `${url}/resolveSession?${query}`,
    { method: 'POST', agent: connections, timeout: GIVE_UP_MS },
    (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', (error) => finish({ status: 0, error: error.code ?? error.message }));
      response.on('end', () => finish(answerOf(response, Buffer.concat(chunks))));
    },
  );
  asking.on('timeout', () => asking.destroy(new Error('no answer within 2 s')));
  asking.on('error', fail);
  asking.end();
}

/**
 * Whom to ask, and whom instead. Every id goes round the resolvers by itself: whatever their number, each is asked for
 * everything. The last are those that are passed over.
 */
function inTurn(id) {
  const { resolvers } = plan;
  const turn = turns.get(id) ?? asked;
  turns.set(id, turn + 1);
  const first = turn % resolvers.length;
  const order = [...resolvers.slice(first), ...resolvers.slice(0, first)];
  const isPassedOver = ({ name }) => (passedOver.get(name) ?? 0) > moment();
  return [...order.filter((one) => !isPassedOver(one)), ...order.filter(isPassedOver)];
}

function answerOf({ statusCode, headers }, bytes) {
  const stale = headers['x-rollcall-stale'];
  const answer = { status: statusCode, ...(stale === undefined ? {} : { stale }) };
  try {
    const { code, DcvServerEndpoint: host, Port: port, SessionId: session } = JSON.parse(bytes);
    return statusCode === 200 ? { ...answer, host, port, session } : { ...answer, code };
  } catch {
    return { ...answer, error: 'the body is no JSON' };
  }
}

function turn() {
  const now = moment();
  const lag = now - dueAt;
  if (lag > LAG_WORTH_TELLING_MS) told.push({ lag, end: now });
  if (!stopping && plan.resolvers.length > 0) {
    const id = plan.ids[asked % plan.ids.length];
    ask(id, inTurn(id));
    asked += 1;
  }
  // One lookup a turn, also after a late one: a burst would be another kind of traffic.
  dueAt = moment() + everyMs;
  if (!stopping || pending > 0) setTimeout(turn, everyMs);
  else end();
}

function tell() {
  if (told.length > 0) parentPort.postMessage(told);
  told = [];
}

function end() {
  clearInterval(teller);
  tell();
  parentPort.postMessage('done');
  connections.destroy();
  parentPort.close();
}

const teller = setInterval(tell, TELL_EVERY_MS);
turn();
