import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { createLogger } from './logger';
import { Metrics } from './metrics';
import { OpsServer, type OpsServerOptions } from './ops-server';

const HOST = '127.0.0.1';

describe('OpsServer', () => {
  const metrics = new Metrics();
  let lines: string[];
  const servers: OpsServer[] = [];

  beforeEach(() => {
    lines = [];
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  function opsServer(options: Partial<OpsServerOptions> = {}): OpsServer {
    const logger = createLogger(
      { app: 'test', level: 'warn' },
      { write: (line) => void lines.push(line) },
    );
    const server = new OpsServer({
      host: HOST,
      port: 0,
      metrics,
      readiness: () => [],
      logger,
      ...options,
    });
    servers.push(server);
    return server;
  }

  async function serve(options?: Partial<OpsServerOptions>): Promise<string> {
    const { port } = await opsServer(options).start();
    return `http://${HOST}:${port}`;
  }

  async function answerOf(url: string, init?: RequestInit) {
    const response = await fetch(url, init);
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  const ok = { status: 200, body: { status: 'ok' } };
  const unavailable = (...problems: string[]) => ({
    status: 503,
    body: { status: 'unavailable', problems },
  });

  it('is alive and ready while there are no problems', async () => {
    const base = await serve({ liveness: () => [] });

    expect(await answerOf(`${base}/health/live`)).toEqual(ok);
    expect(await answerOf(`${base}/health/ready`)).toEqual(ok);
  });

  it('says what keeps it from being ready, and stays alive: a restart would not bring Redis back', async () => {
    const base = await serve({ readiness: () => ['the session store does not answer'] });

    expect(await answerOf(`${base}/health/ready`)).toEqual(
      unavailable('the session store does not answer'),
    );
    expect(await answerOf(`${base}/health/live`)).toEqual(ok);
  });

  it('waits for a readiness check that has to ask somebody', async () => {
    const problems = ['warming'];
    const base = await serve({ readiness: () => Promise.resolve(problems) });

    expect(await answerOf(`${base}/health/ready`)).toEqual(unavailable('warming'));
    problems.pop();
    expect(await answerOf(`${base}/health/ready`)).toEqual(ok);
  });

  it('is not ready while its check fails, throws or hangs', async () => {
    const checks: OpsServerOptions['readiness'][] = [
      () => Promise.reject(new Error('no store')),
      () => {
        throw new Error('a bug');
      },
      () => new Promise(() => undefined),
    ];
    const answers = await Promise.all(
      checks.map(async (readiness) => answerOf(`${await serve({ readiness })}/health/ready`)),
    );

    expect(answers).toEqual([
      unavailable('no store'),
      unavailable('a bug'),
      unavailable('the readiness check did not finish in time'),
    ]);
    expect(lines).toHaveLength(3);
  });

  it('is not alive once the app says that only a restart helps', async () => {
    const base = await serve({ liveness: () => ['the loop stands still'] });

    expect(await answerOf(`${base}/health/live`)).toEqual(unavailable('the loop stands still'));
  });

  it('shows the metrics of its registry as Prometheus reads them', async () => {
    metrics.gauge({ name: 'seats', help: 'Seats' }).set(12);
    const response = await fetch(`${await serve()}/metrics`);

    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('rollcall_seats 12\n');
  });

  it('is never cached', async () => {
    const { headers } = await fetch(`${await serve()}/health/live`);

    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('knows no other path', async () => {
    const base = await serve();

    for (const path of ['/', '/health', '/health/live/', '/metrics/x', '/%ff']) {
      expect((await fetch(`${base}${path}`)).status).toBe(path === '/%ff' ? 400 : 404);
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('answers 405 to %s', async (method) => {
    const base = await serve();

    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const response = await fetch(`${base}${path}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('answers HEAD without a body', async () => {
    expect(await answerOf(`${await serve()}/health/live`, { method: 'HEAD' })).toEqual({
      status: 200,
      body: undefined,
    });
  });

  it('refuses headers and bodies that are too large', async () => {
    const base = await serve();
    const headers = { 'x-padding': 'x'.repeat(9 * 1024) };
    const body = JSON.stringify('x'.repeat(65 * 1024));

    expect((await fetch(`${base}/health/live`, { headers })).status).toBe(431);
    expect(
      await answerOf(`${base}/health/live`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      }),
    ).toEqual({ status: 413, body: { status: 'refused' } });
    expect(lines).toEqual([]);
  });

  it('takes further pages before its start, whatever their methods', async () => {
    const server = opsServer();
    server.fastify.put('/board/retry', () => ({ status: 'retried' }));
    const { port } = await server.start();

    expect(await answerOf(`http://${HOST}:${port}/board/retry`, { method: 'PUT' })).toEqual({
      status: 200,
      body: { status: 'retried' },
    });
  });

  it('says which setting to change when its port is taken', async () => {
    const { port } = await opsServer().start();

    await expect(opsServer({ port }).start()).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: `METRICS_PORT: another process listens on port ${port} of 127.0.0.1; choose another port`,
    });
  });

  it('stops at once though a client still waits for its answer', async () => {
    const checks = new EventEmitter();
    const server = opsServer({
      readiness: async () => {
        checks.emit('asked');
        await once(checks, 'answered');
        return [];
      },
    });
    const { port } = await server.start();
    const client = connect(port, HOST);
    client.on('error', () => undefined);
    client.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(checks, 'asked');
    const closed = once(client, 'close');

    await server.stop();
    await closed;
    checks.emit('answered');

    expect(lines).toEqual([]);
    await expect(fetch(`http://${HOST}:${port}/health/live`)).rejects.toThrow();
  });

  it('stops within its bound, and says so, when something in it does not close', async () => {
    const server = opsServer();
    server.fastify.addHook('onClose', () => new Promise(() => undefined));
    await server.start();

    await server.stop();

    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the metrics port did not close in time');
  });

  it('may be stopped twice, or without having been started', async () => {
    const server = opsServer();

    await server.stop();
    await server.stop();

    expect(lines).toEqual([]);
  });
});
