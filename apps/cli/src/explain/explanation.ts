import type { ErrorBody } from '@rollcall/contracts';
import { gatewayAnswer, type GatewayAnswer } from '../resolve/gateway-answer';
import type { Roll } from '../roll/roll';
import type { Facts } from './facts';
import { nextSteps } from './next-steps';
import { serverSentences } from './server.sentences';
import { publicIdText, whyAnswered } from './session.sentences';

/** Everything that decides about a session or a server, in sentences. */
export interface Explanation {
  readonly session?: {
    readonly id: string;
    /** What a gateway is told, by transport. */
    readonly answers: { readonly HTTP: GatewayAnswer; readonly QUIC: GatewayAnswer };
    readonly why: string;
  };
  readonly servers: readonly { readonly server: string; readonly sentences: readonly string[] }[];
  readonly roll: string;
  readonly next: readonly string[];
}

export async function explain(
  facts: Facts,
  { policy, belief }: Pick<Roll, 'policy' | 'belief'>,
): Promise<Explanation> {
  const { session, survey } = facts;
  const policies = { policy, belief, settled: survey.settled };
  const answers = session && {
    HTTP: await gatewayAnswer(session.answers.HTTP, 'HTTP'),
    QUIC: await gatewayAnswer(session.answers.QUIC, 'QUIC'),
  };
  return {
    ...(session &&
      answers && {
        session: { id: publicIdText(session.id), answers, why: whyAnswered(session, facts) },
      }),
    servers: facts.servers.map((server) => ({
      server: server.server,
      sentences: serverSentences(server, policies),
    })),
    roll: survey.settled
      ? 'It is settled: who is absent is 404, and who falls silent is judged. A resolver whose own renewals fail answers as if it were not.'
      : 'It is not settled: who is absent may yet report, so nobody is called late, dead or unknown.',
    next: nextSteps(facts, policies),
  };
}

/** `200`, `200 stale (held)` or `404 SESSION_LAPSED`. */
export function answerText({ status, stale, body }: GatewayAnswer): string {
  if (isRefusal(body)) return `${status} ${body.code}`;
  return stale === undefined ? `${status} live` : `${status} stale (${stale})`;
}

export function isRefusal(body: GatewayAnswer['body']): body is ErrorBody {
  return 'code' in body;
}
