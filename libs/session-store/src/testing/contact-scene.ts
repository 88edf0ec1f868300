import { ConfigError, readEnv, RedisSettings, type RedisConfig } from '@rollcall/config';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, TestCa, until, type TestTls } from '@rollcall/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSessionStore, type OpenSessionStore } from '../open-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const READY_MS = 10_000;

/** Whatever of Redis was started for a test. */
export interface Startable {
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** First contacts with stores, what is told of them, and the end of everything that a test started. */
export class ContactScene {
  readonly told: string[] = [];
  private readonly ends: (() => Promise<void>)[] = [];

  async started<T extends Startable>(starting: Promise<T>): Promise<T> {
    const redis = await starting;
    this.ends.push(() => redis.stop());
    return redis;
  }

  open(environment: Record<string, string>): OpenSessionStore {
    const config: RedisConfig = readEnv({ redis: RedisSettings }, environment).redis;
    const tell = (sentence: string) => void this.told.push(sentence);
    const opened = openSessionStore({ redis: config, policy: POLICY, role: 'report', tell });
    this.ends.push(() => opened.close());
    return opened;
  }

  async problemsOf(opened: OpenSessionStore): Promise<readonly string[]> {
    const error: unknown = await opened.ready(READY_MS).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }

  async untilTold(expected: unknown): Promise<void> {
    await until('something is told', () => this.told.length > 0, READY_MS);
    expect(this.told).toEqual([expected]);
    this.told.length = 0;
  }

  async takesReports({ store, ready }: OpenSessionStore): Promise<void> {
    await ready(READY_MS);
    expect(await store.report(aReport())).toEqual({ kind: 'applied' });
  }

  /** Only the right authority is good for a connection. */
  async trustsNoOther(redis: Startable, { otherCa }: TestAuthorities): Promise<void> {
    await this.takesReports(this.open(redis.environment));
    const wrong = this.open({ ...redis.environment, REDIS_TLS_CA_FILE: otherCa });
    await this.untilTold(
      expect.stringMatching(/cannot be reached: .*certificate.*; REDIS_TLS_CA_FILE must hold/),
    );
    await expect(wrong.ready(1)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { message: expect.stringContaining('certificate') },
    });
  }

  async end(): Promise<void> {
    this.told.length = 0;
    for (const end of this.ends.splice(0).reverse()) await end();
  }
}

/** A server's certificate with its authority, and the file of another authority. */
export interface TestAuthorities {
  readonly tls: TestTls;
  readonly folder: string;
  readonly otherCa: string;
  remove(): void;
}

export async function testAuthorities(): Promise<TestAuthorities> {
  const ca = await TestCa.create();
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-other-ca-'));
  const otherCa = join(folder, 'ca.crt');
  writeFileSync(otherCa, (await TestCa.create()).certPem);
  return {
    tls: { server: await ca.peer(), caPem: ca.certPem },
    folder,
    otherCa,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
