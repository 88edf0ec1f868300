import 'reflect-metadata';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  ValidateIf,
  ValidateNested,
  validateSync,
  type ValidationError,
} from 'class-validator';
import type { ErrorBody } from './error-codes';

/** Where a server reports: `POST`, a `ReportBody`. */
export const REPORT_PATH = '/report';

/** Where a server takes itself off the roll: `POST`, a `FenceBody`. */
export const WITHDRAW_PATH = '/withdraw';

/** Where an agent tells that it ends for another one of its server: `POST`, a `FenceBody`. */
export const GIVE_WAY_PATH = '/give-way';

/** Where a server asks whether reports are taken: `GET`. */
export const PING_PATH = '/ping';

/** Largest body: the two lists of the largest report, every character of them escaped, have 515,000 bytes. */
export const REPORT_BODY_BYTES_MAX = 640 * 1024;

/** Which report of a server this is. Fields that are not named in these classes are passed over: a later version may send them. */
export class FenceBody {
  /** For whoever reads a capture; the identity says who reports, and one that says otherwise is refused. */
  @IsOptional()
  @IsString()
  readonly server?: string;

  @IsInt()
  readonly boot!: number;

  @IsInt()
  readonly sequence!: number;
}

/** Where gateways reach the server. */
export class EndpointBody {
  @IsString()
  readonly host!: string;

  @IsInt()
  readonly httpPort!: number;

  /** 0 = no QUIC. */
  @IsInt()
  readonly quicPort!: number;

  @IsString()
  readonly webUrlPath!: string;
}

/** What the server knows of its sessions. */
export class SessionsBody {
  @IsIn(['listed', 'unknown', 'withheld'])
  readonly kind!: 'listed' | 'unknown' | 'withheld';

  /** Local ids, of a `listed` one. */
  @ValidateIf(({ kind }: SessionsBody) => kind === 'listed')
  @IsArray()
  @IsString({ each: true })
  readonly ids?: readonly string[];

  /** Those of `ids` that were closed and opened anew since the last applied report. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly reopened?: readonly string[];
}

/** A report, as it is sent to a door. */
export class ReportBody extends FenceBody {
  @ValidateNested()
  readonly endpoint!: EndpointBody;

  @IsString()
  readonly zone!: string;

  @IsBoolean()
  readonly healthy!: boolean;

  @IsBoolean()
  readonly leaving!: boolean;

  @ValidateNested()
  readonly sessions!: SessionsBody;
}

/** What became of a report: the body of every 200. */
export type ReportAnswer =
  | { readonly outcome: 'applied' }
  | { readonly outcome: 'already-applied' }
  | { readonly outcome: 'superseded'; readonly boot: number }
  | { readonly outcome: 'outdated'; readonly sequence: number };

/** The body of every other answer of a door. */
export interface DoorErrorBody extends ErrorBody {
  /** What is wrong with a report, for people. */
  readonly reason?: string;
  /** Why the store gave no answer. */
  readonly failure?: string;
}

/** A body that is none, in a sentence. */
export interface BodyProblem {
  readonly problem: string;
}

/** Reads a report. */
export function readReportBody(json: unknown): ReportBody | BodyProblem {
  const { endpoint, sessions, ...fields } = known(json, REPORT_FIELDS);
  return validated(
    Object.assign(new ReportBody(), fields, {
      endpoint: nested(endpoint, new EndpointBody(), ENDPOINT_FIELDS),
      sessions: nested(sessions, new SessionsBody(), SESSIONS_FIELDS),
    }),
  );
}

/** Reads a withdrawal. */
export function readFenceBody(json: unknown): FenceBody | BodyProblem {
  return validated(Object.assign(new FenceBody(), known(json, FENCE_FIELDS)));
}

/** Reads the body of a 200; undefined when it says nothing that is known here. */
export function readReportAnswer(json: unknown): ReportAnswer | undefined {
  const { outcome, boot, sequence } = known(json, ['outcome', 'boot', 'sequence']);
  switch (outcome) {
    case 'applied':
    case 'already-applied':
      return { outcome };
    case 'superseded':
      return Number.isSafeInteger(boot) ? { outcome, boot: boot as number } : undefined;
    case 'outdated':
      return Number.isSafeInteger(sequence) ? { outcome, sequence: sequence as number } : undefined;
    default:
      return undefined;
  }
}

const FENCE_FIELDS = ['server', 'boot', 'sequence'];
const REPORT_FIELDS = [...FENCE_FIELDS, 'endpoint', 'zone', 'healthy', 'leaving', 'sessions'];
const ENDPOINT_FIELDS = ['host', 'httpPort', 'quicPort', 'webUrlPath'];
const SESSIONS_FIELDS = ['kind', 'ids', 'reopened'];

/** Takes what is looked for and nothing else: neither a name from outside nor a depth of it gets any further. */
function known(json: unknown, fields: readonly string[]): Record<string, unknown> {
  if (!isObject(json)) return {};
  return Object.fromEntries(
    fields.filter((field) => Object.hasOwn(json, field)).map((field) => [field, json[field]]),
  );
}

/** What is no object stays what it is, and fails. */
function nested(json: unknown, body: object, fields: readonly string[]): unknown {
  return isObject(json) ? Object.assign(body, known(json, fields)) : null;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function validated<Body extends object>(body: Body): Body | BodyProblem {
  const [error] = validateSync(body, { stopAtFirstError: true, forbidUnknownValues: false });
  return error ? { problem: sentenceOf(error) } : body;
}

/** Names the property and the rule, never the value. */
function sentenceOf({ property, constraints = {}, children = [] }: ValidationError): string {
  const [child] = children;
  if (child) return `${property}.${sentenceOf(child)}`;
  return Object.values(constraints)[0] ?? `${property} is wrong`;
}
