import type { ErrorBody, ResolveSessionAnswer } from '@rollcall/contracts';
import type { Resolution, StaleCause } from '@rollcall/domain';
import { hostPort } from '../output/host-port';
import { visible } from '../output/visible-text';
import type { GatewayAnswer } from './gateway-answer';

/** What each cause means, for a person. */
export const STALE_MEANING: Record<StaleCause, string> = {
  held: 'held: its agent is silent, but its DCV port answers a reconciler',
  protected: 'protected: its agent is silent, as are so many of its zone that it is no evidence',
  unsettled: 'unsettled: the roll is still being called, and this is what was last known',
};

/** The answer for a person, with the server's name, which the wire does not carry. */
export function resolveText(answer: GatewayAnswer, resolution?: Resolution): string {
  if ('code' in answer.body) return refusalText(answer.status, answer.body);
  const server = resolution?.kind === 'found' ? resolution.destination.server : '';
  return foundText(answer, answer.body, server);
}

function refusalText(status: number, { code, message }: ErrorBody): string {
  return `${status} ${code}\n${message}`;
}

function foundText({ status, stale }: GatewayAnswer, body: ResolveSessionAnswer, server: string) {
  const lines: [string, string][] = [
    ['session', body.SessionId],
    ['server', server],
    ['endpoint', hostPort(body.DcvServerEndpoint, body.Port)],
    ['transport', body.TransportProtocol],
    ['web path', body.WebUrlPath],
    ...(stale === undefined ? [] : [['stale', STALE_MEANING[stale]] satisfies [string, string]]),
  ];
  return [
    `${status} OK`,
    ...lines.map(([name, value]) => `${name.padEnd(10)} ${visible(value)}`),
  ].join('\n');
}
