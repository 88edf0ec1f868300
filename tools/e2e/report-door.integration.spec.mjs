import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../start/ports.mjs';
import { until } from '../start/until.mjs';
import { makeDoorCertificate } from './door-certificate.mjs';
import { RollUnderTest } from './roll-under-test.mjs';

const WITHIN_MS = 30_000;
const START_TIMEOUT_MS = 120_000;

/** Where no Redis is. */
const NO_REDIS = { REDIS_URL: 'redis://127.0.0.1:1' };

describe('hosts that may not reach Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-report-door-'));
  let roll;
  let files;
  let reportUrl;

  beforeAll(async () => {
    files = makeDoorCertificate(folder);
    roll = await RollUnderTest.start();
    const port = await freePort();
    roll.door = await roll.startApp('agent-heartbeat', {
      AGENT_ROLE: 'ingest',
      INGEST_HOST: '127.0.0.1',
      INGEST_PORT: String(port),
      INGEST_TLS_CERT_FILE: files['door.crt'],
      INGEST_TLS_KEY_FILE: files['door.key'],
    });
    reportUrl = `https://localhost:${port}`;
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await roll?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  async function identity(...args) {
    const { code, stdout, stderr } = await roll.runCli(['identity', ...args]);
    if (code !== 0)
      throw new Error(`rollcall identity ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The settings of a host that has been given a token, as docs/ingest.md says. */
  async function withToken(server) {
    const file = join(folder, server);
    writeFileSync(file, await identity('issue', server), { mode: 0o600 });
    return {
      ...NO_REDIS,
      AGENT_SERVER_ID: '',
      AGENT_REPORT_URL: reportUrl,
      AGENT_REPORT_TOKEN_FILE: file,
      AGENT_REPORT_CA_FILE: files['ca.crt'],
    };
  }

  const becomes = async (id, status) =>
    expect(await roll.becomes(id, status, WITHIN_MS)).toBeDefined();

  it(
    'are found by gateways with the token that an operator has issued, until it is revoked',
    async () => {
      const host = await roll.startHost('gpu-1', ['console'], await withToken('gpu-1'));
      await becomes('gpu-1~console', 200);
      expect((await roll.lookup('gpu-1~console')).body.Port).toBe(host.port);

      await identity('revoke', 'gpu-1');
      await until(() => host.agent.log.includes('IDENTITY_REFUSED'), WITHIN_MS);
      await roll.runCli(['evict', 'gpu-1']);
      expect((await roll.lookup('gpu-1~console')).status).toBe(404);

      await withToken('gpu-1');
      await becomes('gpu-1~console', 200);
    },
    START_TIMEOUT_MS,
  );

  it(
    'and those that may, are on one roll',
    async () => {
      await roll.startHost('gpu-2', ['console', 'cad'], await withToken('gpu-2'));
      const direct = await roll.startHost('gpu-3', ['sim']);
      await becomes('cad', 200);
      await becomes('sim', 200);
      expect((await roll.lookup('sim')).body.Port).toBe(direct.port);
      const { stdout } = await roll.runCli(['identity', 'list', '--json']);
      const { identities } = JSON.parse(stdout);
      expect(identities.map(({ server }) => server)).toEqual(['gpu-1', 'gpu-2']);
    },
    START_TIMEOUT_MS,
  );
});
