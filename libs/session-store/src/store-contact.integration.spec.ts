import { ConfigError } from '@rollcall/config';
import { StoreUnavailableError } from '@rollcall/domain';
import { aReport, startTestRedis } from '@rollcall/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContactScene, testAuthorities, type TestAuthorities } from './testing/contact-scene';

const EVICTS = ['--maxmemory-policy', 'volatile-lru'];

describe('the first contact with a store', () => {
  const scene = new ContactScene();
  afterEach(() => scene.end());

  it('ends well with a fit one, of which nothing is told', async () => {
    const redis = await scene.started(startTestRedis());
    await scene.takesReports(scene.open(redis.environment));
    expect(scene.told).toEqual([]);
  });

  it('refuses one that may drop the sessions of live hosts, unless that is allowed', async () => {
    const redis = await scene.started(startTestRedis({ args: EVICTS }));
    expect(await scene.problemsOf(scene.open(redis.environment))).toEqual([
      expect.stringMatching(/^REDIS_URL: .* has the maxmemory-policy volatile-lru: /),
    ]);
    await scene.takesReports(scene.open({ ...redis.environment, REDIS_ALLOW_EVICTION: 'on' }));
    expect(scene.told).toEqual([expect.stringContaining('REDIS_ALLOW_EVICTION is on')]);
  });

  it('is made when a store that was away comes up', async () => {
    const redis = await scene.started(startTestRedis({ args: EVICTS }));
    await redis.kill();
    const opened = scene.open(redis.environment);
    await expect(opened.ready(300)).rejects.toBeInstanceOf(StoreUnavailableError);
    await scene.untilTold(
      expect.stringMatching(
        new RegExp(
          `^REDIS_URL: ${redis.url} cannot be reached: connect ECONNREFUSED .*:${redis.port}$`,
        ),
      ),
    );
    await redis.restart();
    await expect(opened.fit).rejects.toBeInstanceOf(ConfigError);
  });

  it('is the only one that refuses: what changes later is told, once', async () => {
    const redis = await scene.started(startTestRedis());
    const opened = scene.open(redis.environment);
    await scene.takesReports(opened);
    const operator = redis.client();
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    for (let loss = 0; loss < 2; loss++) {
      const back = new Promise((resolve) => opened.redis.once('ready', resolve));
      await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await back;
    }
    await scene.untilTold(expect.stringContaining('has the maxmemory-policy allkeys-lru'));
    expect(await opened.store.report(aReport({ sequence: 2 }))).toEqual({ kind: 'applied' });
  });

  it('refuses a database that does not exist, instead of using another', async () => {
    const redis = await scene.started(startTestRedis({ args: ['--databases', '4'] }));
    await scene.takesReports(scene.open({ REDIS_URL: `${redis.url}/3` }));
    expect(await redis.client({ db: 3 }).dbsize()).toBeGreaterThan(0);
    expect(await scene.problemsOf(scene.open({ REDIS_URL: `${redis.url}/4` }))).toEqual([
      expect.stringContaining('names database 4, which that server does not give (ERR DB index'),
    ]);
  });

  it('goes on, and says so, where INFO is refused', async () => {
    const users = ['user mute on >secret ~* &* +@all -info'];
    const redis = await scene.started(startTestRedis({ users, args: EVICTS }));
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const credentials = { REDIS_USERNAME: 'mute', REDIS_PASSWORD: 'secret' };
    await scene.takesReports(scene.open({ ...redis.environment, ...credentials }));
    expect(scene.told).toEqual([
      expect.stringContaining('could be read, as INFO is refused (NOPERM'),
    ]);
    jest.restoreAllMocks();
  });

  it('tells of a wrong password, which is never repeated', async () => {
    const redis = await scene.started(startTestRedis({ users: [] }));
    const opened = scene.open({ ...redis.environment, REDIS_PASSWORD: 'not-the-secret' });
    await scene.untilTold(
      expect.stringMatching(/cannot be reached: WRONGPASS(?!.*not-the-secret)/),
    );
    await expect(opened.ready(1)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('WRONGPASS') },
    });
  });

  describe('through TLS', () => {
    let authorities: TestAuthorities;
    beforeAll(async () => (authorities = await testAuthorities()));
    afterAll(() => authorities.remove());

    it('is made with a server whose authority is known, and with no other', async () => {
      const redis = await scene.started(startTestRedis({ tls: authorities.tls }));
      await scene.trustsNoOther(redis, authorities);
    });

    // Jest fails the test for an error that nobody has caught.
    it('goes on trying, and does not end the process, however often the server complains', async () => {
      const redis = await scene.started(startTestRedis({ tls: authorities.tls }));
      const wrong = { ...redis.environment, REDIS_TLS_CA_FILE: authorities.otherCa };
      const attempts = Array.from({ length: 40 }, () => scene.open(wrong));
      await Promise.all(
        attempts.map(({ ready }) => expect(ready(1_000)).rejects.toBeInstanceOf(Error)),
      );
    });

    it('shows a certificate of its own where one is asked for', async () => {
      const { tls, folder } = authorities;
      const redis = await scene.started(startTestRedis({ tls: { ...tls, askClients: true } }));
      const files = { cert: join(folder, 'client.crt'), key: join(folder, 'client.key') };
      writeFileSync(files.cert, tls.server.certPem);
      writeFileSync(files.key, tls.server.keyPem);
      await scene.takesReports(
        scene.open({
          ...redis.environment,
          REDIS_TLS_CERT_FILE: files.cert,
          REDIS_TLS_KEY_FILE: files.key,
        }),
      );
      await expect(scene.open(redis.environment).ready(700)).rejects.toBeInstanceOf(
        StoreUnavailableError,
      );
    });
  });
});
