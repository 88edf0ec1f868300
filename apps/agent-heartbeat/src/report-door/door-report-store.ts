import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  PING_PATH,
  readReportAnswer,
  REPORT_PATH,
  GIVE_WAY_PATH,
  WITHDRAW_PATH,
  type FenceBody,
  type ReportAnswer,
  type ReportBody,
} from '@rollcall/contracts';
import {
  InvalidReportError,
  reportProblem,
  StoreUnavailableError,
  type Fence,
  type LeasePolicy,
  type Report,
  type ReportOutcome,
  type ReportStore,
  type ServerId,
  type StoreFailure,
} from '@rollcall/domain';
import type { DoorClient, DoorQuestion, DoorReply } from './door-client';

export interface DoorReportStoreOptions {
  readonly policy: Pick<LeasePolicy, 'reportTimeoutMs' | 'intervalMs'>;
  /** Hears whether the last question was answered. */
  readonly doorChanged?: (answers: boolean) => void;
  /** A monotonic clock. */
  readonly now?: () => number;
}

/** A date is cut off to the second. */
const HALF_A_SECOND_MS = 500;

const FAILURES: readonly StoreFailure[] = ['unreachable', 'refused', 'full'];

/**
 * The store behind a report door; see the port. What the door cannot say for certain, that the report was applied or
 * refused, is an absent store: an answer of anybody between here and there is no outcome.
 */
export class DoorReportStore implements ReportStore, OnApplicationShutdown {
  private readonly logger = new Logger('ReportDoor');
  private readonly now: () => number;
  private heldUntilMs = Number.NEGATIVE_INFINITY;
  private told?: string;

  constructor(
    private readonly client: Pick<DoorClient, 'ask' | 'close'>,
    private readonly options: DoorReportStoreOptions,
  ) {
    this.now = options.now ?? (() => performance.now());
  }

  async report(report: Report): Promise<ReportOutcome> {
    const problem = reportProblem(report);
    if (problem !== undefined) throw new InvalidReportError(problem);
    const { server, boot, sequence, endpoint, zone, healthy, leaving, sessions } = report;
    const body: ReportBody = {
      ...{ server, boot, sequence },
      ...{ endpoint, zone, healthy, leaving, sessions },
    };
    return this.tell(REPORT_PATH, body);
  }

  async withdraw(server: ServerId, { boot, sequence }: Fence): Promise<ReportOutcome> {
    return this.tell(WITHDRAW_PATH, { server, boot, sequence });
  }

  async giveWay(server: ServerId, { boot, sequence }: Fence): Promise<ReportOutcome> {
    return this.tell(GIVE_WAY_PATH, { server, boot, sequence });
  }

  /** A door that answers at all answers this, too, unless the store is away: whom it refuses, the next report tells. */
  async ping(): Promise<void> {
    const { reportTimeoutMs: timeoutMs } = this.options.policy;
    const reply = await this.ask({ method: 'GET', path: PING_PATH, timeoutMs });
    if (isRefusal(reply)) this.answered();
    else this.demand(reply, 200);
  }

  /** As its answers say, to the second. */
  async time(): Promise<number> {
    const { reportTimeoutMs: timeoutMs } = this.options.policy;
    const { headers } = await this.ask({ method: 'GET', path: PING_PATH, timeoutMs });
    const atMs = Date.parse(String(headers['date']));
    if (Number.isNaN(atMs)) throw new StoreUnavailableError('unreachable');
    return atMs + HALF_A_SECOND_MS;
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  private async tell(path: string, body: FenceBody): Promise<ReportOutcome> {
    // The door may need two round trips to the store.
    const timeoutMs = 2 * this.options.policy.reportTimeoutMs;
    const question = { method: 'POST', path, body: JSON.stringify(body), timeoutMs } as const;
    const reply = await this.ask(question);
    if (isRefusal(reply)) {
      this.answered();
      throw new InvalidReportError(refusalSentence(reply));
    }
    this.demand(reply, 200);
    const answer = readReportAnswer(jsonOf(reply.body));
    if (!answer) throw this.silent('what answers there is no report door of this version');
    return toOutcome(answer, reply.repeated);
  }

  private async ask(question: DoorQuestion): Promise<DoorReply> {
    // Whoever says when to come back is not asked before.
    if (this.now() < this.heldUntilMs) throw new StoreUnavailableError('unreachable');
    try {
      return await this.client.ask(question);
    } catch (cause) {
      throw this.silent(reasonOf(cause), cause);
    }
  }

  /** What is neither the wanted answer nor a refusal is an absent store. */
  private demand(reply: DoorReply, status: number): void {
    if (reply.status === status) return this.answered();
    this.hold(reply);
    const { code, failure } = fieldsOf(reply);
    // That the store behind a door is away is the store's matter, not the door's.
    const failureOfStore = FAILURES.find((each) => each === failure);
    if (code === 'STORE_UNAVAILABLE' || code === 'STOPPING' || reply.status === 429) {
      this.answered();
      throw new StoreUnavailableError(
        failureOfStore ?? (reply.status === 429 ? 'refused' : 'unreachable'),
      );
    }
    throw this.silent(`it answers ${reply.status}`);
  }

  private hold({ headers }: DoorReply): void {
    const seconds = Number(headers['retry-after']);
    if (!(seconds > 0)) return;
    // A wrong word of somebody in between must not take the host off the roll.
    this.heldUntilMs = this.now() + Math.min(seconds * 1000, this.options.policy.intervalMs);
  }

  private answered(): void {
    this.options.doorChanged?.(true);
    if (this.told !== undefined) this.logger.log('the report door answers again');
    this.told = undefined;
  }

  private silent(reason: string, cause?: unknown): StoreUnavailableError {
    this.options.doorChanged?.(false);
    if (this.told !== reason) this.logger.warn(`the report door gives no answer: ${reason}`);
    this.told = reason;
    return new StoreUnavailableError('unreachable', { cause });
  }
}

/** As doors have them, of later versions, too. */
const CODE = /^[A-Z][A-Z_]{2,62}$/;

/** A door has understood, and says no; not somebody in between, whose pages have no code. */
function isRefusal(reply: DoorReply): boolean {
  const { status } = reply;
  const isNo = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return isNo && CODE.test(fieldsOf(reply).code ?? '');
}

function toOutcome(answer: ReportAnswer, repeated: boolean): ReportOutcome {
  switch (answer.outcome) {
    case 'applied':
      return { kind: 'applied' };
    case 'already-applied':
      // By its own first try, whose answer was lost with the connection.
      return { kind: repeated ? 'applied' : 'already-applied' };
    case 'superseded':
      return { kind: 'superseded', boot: answer.boot };
    case 'outdated':
      return { kind: 'outdated', sequence: answer.sequence };
  }
}

function refusalSentence(reply: DoorReply): string {
  const { code, message, reason } = fieldsOf(reply);
  const words = [code ?? reply.status, message, reason].filter((word) => word !== undefined);
  return `the report door refuses it: ${words.join(' · ')}`;
}

/** The fields of an error's body, as far as they are texts of a sensible length. */
function fieldsOf({ body }: DoorReply): Partial<Record<string, string>> {
  const json = jsonOf(body);
  if (typeof json !== 'object' || json === null) return {};
  const isShort = (value: unknown) => typeof value === 'string' && value.length <= 500;
  return Object.fromEntries(
    Object.entries(json).filter((field): field is [string, string] => isShort(field[1])),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Failed attempts to connect to a name with several addresses carry a code but no message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return cause.message || String(code);
}
