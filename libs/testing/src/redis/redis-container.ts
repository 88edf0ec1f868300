import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import { afterDeath } from './after-death';
import type { RestartOptions, TestRedisServer } from './test-redis-server';
import { untilAnswers } from './until-answers';

const PORT_INSIDE = 6379;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_S = 5;
const RUN = 'exec "$(command -v valkey-server || command -v redis-server)" "$@"';

/** Starts a Redis server in a container whose port on this machine never changes. */
export async function startRedisContainer(
  image: string,
  port: number,
  args: readonly string[],
): Promise<TestRedisServer> {
  const server = new RedisContainer(image, port, args);
  await server.create();
  return server;
}

class RedisContainer implements TestRedisServer {
  host = '';
  private id?: string;
  private forget?: () => void;

  constructor(
    private readonly image: string,
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  async create(): Promise<void> {
    const started = await new GenericContainer(this.image)
      .withExposedPorts({ container: PORT_INSIDE, host: this.port })
      .withCommand(['sh', '-c', RUN, 'redis', ...this.settings()])
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .withStartupTimeout(START_TIMEOUT_MS)
      .start();
    this.id = started.getId();
    this.host = started.getHost().replace('localhost', '127.0.0.1');
    this.forget = afterDeath('docker rm -f -v "$1"', this.id);
  }

  async stop(): Promise<void> {
    if (!this.id) return;
    await this.end('stop');
    const container = await this.container();
    await container.remove({ force: true, v: true });
    this.id = undefined;
    this.forget?.();
  }

  async kill(): Promise<void> {
    await this.end('kill');
  }

  async restart({ empty = false }: RestartOptions = {}): Promise<void> {
    if (empty) {
      await this.stop();
      await this.create();
      return;
    }
    await this.end('stop');
    await (await this.container()).start();
    await untilAnswers(this.host, this.port, START_TIMEOUT_MS);
  }

  async pause(): Promise<void> {
    await (await this.container()).pause();
  }

  async resume(): Promise<void> {
    await (await this.container()).unpause();
  }

  private async end(how: 'stop' | 'kill'): Promise<void> {
    const container = await this.container();
    const { State: state } = await container.inspect();
    if (state.Paused) await container.unpause();
    if (!state.Running) return;
    if (how === 'kill') {
      await container.kill();
      await container.wait();
    } else {
      await container.stop({ t: STOP_TIMEOUT_S });
    }
  }

  private async container() {
    if (!this.id) throw new Error('This test Redis was stopped.');
    const client = await getContainerRuntimeClient();
    return client.container.getById(this.id);
  }

  private settings(): string[] {
    const reachable = [
      '--port',
      String(PORT_INSIDE),
      '--bind',
      '0.0.0.0',
      '--protected-mode',
      'no',
    ];
    return [...reachable, '--daemonize', 'no', ...this.args];
  }
}
