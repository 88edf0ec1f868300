import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';
import { afterDeath, aReport, startTestRedis } from '@rollcall/testing';
import { pin } from './processors.mjs';

/** Longer than any bench takes: who reports once answers to its end. */
const LEASE_TTL_MS = 2 * 3_600_000;
const ROLL = 'bench';
const ANSWER_PREFIX = `rollcall:{${ROLL}}:q:`;
const PREPARED_PREFIX = 'bench:answer:';
const READY_TIMEOUT_MS = 5_000;
const TOGETHER = 100;

/** A fleet as large as the largest: 25,000 servers with four sessions each. */
const SERVERS = 25_000;
const SESSIONS_PER_SERVER = 4;

/**
 * A Redis on a processor of its own with 100,000 sessions in it: as the product's agents report them, and for the peers
 * as finished answers.
 */
export class Site {
  #folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  #forget = afterDeath('rm -rf "$1"', this.#folder);

  static async start(processors) {
    const redis = await startTestRedis();
    const site = new Site(redis, processors);
    try {
      pin(redis.pid, processors.redis);
      await site.#fill();
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  constructor(redis, processors) {
    this.redis = redis;
    this.processors = processors;
    this.client = redis.client();
    /** The ids of all sessions, a line each. */
    this.idsFile = join(this.#folder, 'ids.txt');
    this.answerPrefix = ANSWER_PREFIX;
    this.preparedPrefix = PREPARED_PREFIX;
    this.endpoints = '10.0.0.0/8';
    this.redisPort = redis.port;
  }

  /** The product's settings, of which the peers use the first. */
  get settings() {
    return { REDIS_URL: this.redis.url, ROLL };
  }

  /** Some sessions with the answer that every server has to give. */
  get samples() {
    return [0, 1, Math.floor(SERVERS / 2), SERVERS - 1].map((number) => {
      const server = serverOf(number);
      const [id] = idsOf(server);
      return { id: `${server}~${id}`, answer: answerOf(number, id) };
    });
  }

  /** How many commands Redis has done so far, whoever sent them: renewals of the roll, a few a second, are among them. */
  async commandsDone() {
    return Number(/^total_commands_processed:(\d+)/m.exec(await this.client.info('stats'))[1]);
  }

  /** A folder that goes with the site. */
  folder(name) {
    const folder = join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async stop() {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#forget();
    await this.redis.stop();
  }

  async #fill() {
    const numbers = Array.from({ length: SERVERS }, (_, number) => number);
    const ids = numbers.flatMap((number) => {
      const server = serverOf(number);
      return idsOf(server).map((id) => `${server}~${id}`);
    });
    writeFileSync(this.idsFile, `${ids.join('\n')}\n`);
    const opened = openSessionStore({
      redis: { mode: 'standalone', url: this.redis.url, roll: ROLL, keyPrefix: 'rollcall' },
      policy: leasePolicy({
        ...DEFAULT_TIMINGS,
        leaseTtlMs: LEASE_TTL_MS,
        retentionMs: 10 * LEASE_TTL_MS,
      }),
      role: 'report',
    });
    try {
      await opened.ready(READY_TIMEOUT_MS);
      for (let first = 0; first < SERVERS; first += TOGETHER)
        await this.#report(opened.store, numbers.slice(first, first + TOGETHER));
    } finally {
      await opened.close();
    }
  }

  async #report(store, numbers) {
    const prepared = numbers.flatMap((number) =>
      idsOf(serverOf(number)).flatMap((id) => [
        `${PREPARED_PREFIX}${serverOf(number)}~${id}`,
        JSON.stringify(answerOf(number, id)),
      ]),
    );
    await Promise.all([
      this.client.mset(prepared),
      ...numbers.map((number) => store.report(reportOf(number))),
    ]);
  }
}

function serverOf(number) {
  return `gpu-${String(number).padStart(5, '0')}`;
}

function idsOf(server) {
  return Array.from({ length: SESSIONS_PER_SERVER }, (_, index) => `${server}.${index + 1}`);
}

function reportOf(number) {
  const server = serverOf(number);
  return aReport({ server, sessions: idsOf(server), endpoint: { host: hostOf(number) } });
}

function hostOf(number) {
  return `10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`;
}

function answerOf(number, id) {
  return {
    SessionId: id,
    TransportProtocol: 'HTTP',
    DcvServerEndpoint: hostOf(number),
    Port: 8443,
    WebUrlPath: '/',
  };
}
