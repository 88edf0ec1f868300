import type { SessionStore } from '@rollcall/domain';
import { aReport, publicId, serverId } from '@rollcall/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SCALED } from './scaled-roll';

const LOOK_EVERY_MS = 20;

/** What a client was told of a host's session. */
export interface Told {
  readonly atMs: number;
  readonly answer: 'live' | 'held' | 'protected' | 'unsettled' | 'not-found' | 'unavailable';
}

/** A host on this machine: a listener for its DCV server, reports as an agent makes them, and a client that asks for it. */
export class LoopbackHost {
  readonly server;
  readonly told: Told[] = [];
  port = 0;
  private readonly listener: Server = createServer((socket) => socket.destroy());
  private readonly looking: NodeJS.Timeout;
  private beating: NodeJS.Timeout | undefined;
  private sequence = 0;

  constructor(
    private readonly store: SessionStore,
    private readonly id: string,
    private readonly zone = '',
  ) {
    this.server = serverId(id);
    this.looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** Listens on a free port, or one that is given, and reports from now on. */
  async start(port = 0): Promise<void> {
    await once(this.listener.listen(port, '127.0.0.1'), 'listening');
    this.port = (this.listener.address() as AddressInfo).port;
    await this.startAgent();
  }

  async startAgent(): Promise<void> {
    await this.report();
    this.beating = setInterval(() => void this.report().catch(() => undefined), SCALED.intervalMs);
  }

  /** Its agent dies; resolves to the moment. */
  killAgent(): number {
    clearInterval(this.beating);
    return performance.now();
  }

  /** Its DCV server dies as well; resolves to the moment. */
  kill(): number {
    this.listener.close();
    return this.killAgent();
  }

  answersSince(sinceMs: number): Set<Told['answer']> {
    return new Set(this.told.filter(({ atMs }) => atMs >= sinceMs).map(({ answer }) => answer));
  }

  /** When a client was first told since a moment that there is no such session. */
  lostAtMs(sinceMs = 0): number | undefined {
    return this.told.find(({ atMs, answer }) => atMs >= sinceMs && answer === 'not-found')?.atMs;
  }

  /** The longest time in which no client asked: a history with a hole proves nothing. */
  longestPauseMs(): number {
    return this.told.reduce(
      (longest, { atMs }, index) => Math.max(longest, atMs - (this.told[index - 1]?.atMs ?? atMs)),
      0,
    );
  }

  stop(): void {
    this.kill();
    clearInterval(this.looking);
  }

  private async report(): Promise<void> {
    const { id, port, zone } = this;
    const endpoint = { host: '127.0.0.1', httpPort: port, quicPort: 0 };
    const sequence = ++this.sequence;
    await this.store.report(aReport({ server: id, sequence, endpoint, zone, sessions: ['own'] }));
  }

  private async look(): Promise<void> {
    if (this.sequence === 0) return;
    const atMs = performance.now();
    try {
      const evidence = await this.store.lookup(publicId(`${this.id}~own`));
      this.told.push({ atMs, answer: answerOf(evidence) });
    } catch {
      this.told.push({ atMs, answer: 'unavailable' });
    }
  }
}

function answerOf(evidence: Awaited<ReturnType<SessionStore['lookup']>>): Told['answer'] {
  if (evidence.kind === 'answer') return evidence.mark;
  return evidence.kind === 'absent' && !evidence.settled ? 'unsettled' : 'not-found';
}
