import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { within } from './deadline';
import { listenError } from './listen-error';
import type { Metrics } from './metrics';

/** What an app's health and metrics are made of. */
export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** What keeps the app from doing its work, a sentence each; empty = ready. */
  readonly readiness: () => Promise<readonly string[]> | readonly string[];
  /** What only a restart cures, a sentence each; never asks Redis. Empty = alive. */
  readonly liveness?: () => readonly string[];
  readonly logger: Logger;
}

const HEADER_BYTES_MAX = 8 * 1024;
const BODY_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 128;
const REQUEST_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 2_000;
const STOP_TIMEOUT_MS = 2_000;

/** `/health/live`, `/health/ready` and `/metrics` on a port of their own, so that they are never public with the service. */
export class OpsServer {
  /** Takes further pages (Bull Board) before `start`. */
  readonly fastify: FastifyInstance;
  private stopped?: Promise<void>;

  constructor(private readonly options: OpsServerOptions) {
    this.fastify = fastify({
      logger: false,
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: REQUEST_TIMEOUT_MS,
      forceCloseConnections: true,
      http: { maxHeaderSize: HEADER_BYTES_MAX },
    });
    this.fastify.server.maxConnections = CONNECTIONS_MAX;
    this.page('/health/live', (reply) => this.answerHealth(reply, this.lifeProblems()));
    this.page('/health/ready', async (reply) =>
      this.answerHealth(reply, await this.readinessProblems()),
    );
    this.page('/metrics', (reply) => this.answerMetrics(reply));
    this.fastify.setNotFoundHandler((_request, reply) =>
      reply.code(404).send({ status: 'not-found' }),
    );
    this.fastify.setErrorHandler((error, _request, reply) => this.answerError(reply, error));
  }

  /** @throws ListenError when the port cannot be had. */
  async start(): Promise<{ port: number }> {
    const { host, port } = this.options;
    try {
      await this.fastify.listen({ host, port });
    } catch (error) {
      throw listenError(
        { host, port, hostSetting: 'METRICS_HOST', portSetting: 'METRICS_PORT' },
        error,
      );
    }
    return { port: (this.fastify.server.address() as AddressInfo).port };
  }

  /** Closes the port and its connections; never takes longer than two seconds. */
  stop(): Promise<void> {
    this.stopped ??= this.close();
    return this.stopped;
  }

  private async close(): Promise<void> {
    try {
      await within(STOP_TIMEOUT_MS, 'the metrics port did not close in time', this.fastify.close());
    } catch (err) {
      this.options.logger.warn({ err }, 'health and metrics were not stopped cleanly');
    }
  }

  private page(url: string, answer: (reply: FastifyReply) => unknown): void {
    this.fastify.get(url, (_request, reply) => answer(reply.header('cache-control', 'no-store')));
    this.fastify.route({
      method: ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url,
      handler: (_request, reply) =>
        reply.code(405).header('allow', 'GET, HEAD').send({ status: 'method-not-allowed' }),
    });
  }

  private lifeProblems(): readonly string[] {
    return this.options.liveness?.() ?? [];
  }

  private async readinessProblems(): Promise<readonly string[]> {
    const problems = Promise.resolve(this.options.readiness());
    return within(ANSWER_TIMEOUT_MS, 'the readiness check did not finish in time', problems);
  }

  private answerHealth(reply: FastifyReply, problems: readonly string[]): FastifyReply {
    return problems.length === 0
      ? reply.send({ status: 'ok' })
      : reply.code(503).send({ status: 'unavailable', problems });
  }

  private async answerMetrics(reply: FastifyReply): Promise<FastifyReply> {
    const { registry } = this.options.metrics;
    const text = await within(
      ANSWER_TIMEOUT_MS,
      'the metrics were not collected in time',
      registry.metrics(),
    );
    return reply.type(registry.contentType).send(text);
  }

  private answerError(reply: FastifyReply, error: unknown): FastifyReply {
    const status = (error as { statusCode?: number }).statusCode ?? 503;
    if (status < 500) return reply.code(status).send({ status: 'refused' });
    this.options.logger.warn({ err: error }, 'a health or metrics request failed');
    const sentence = error instanceof Error ? error.message : 'the check failed';
    return this.answerHealth(reply, [sentence]);
  }
}
