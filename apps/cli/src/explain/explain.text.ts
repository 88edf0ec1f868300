import { hostPort } from '../output/host-port';
import { visible } from '../output/visible-text';
import type { GatewayAnswer } from '../resolve/gateway-answer';
import { answerText, isRefusal, type Explanation } from './explanation';

/** More than these would say the same again and again. */
const SERVERS_MAX = 3;

/** The explanation for a person. */
export function explainText({ session, servers, roll, next }: Explanation): string {
  const blocks = [
    ...(session
      ? [
          block(`Session ${session.id}`, [
            transportLine('HTTP', session.answers.HTTP),
            transportLine('QUIC', session.answers.QUIC),
            session.why,
          ]),
        ]
      : []),
    ...servers
      .slice(0, SERVERS_MAX)
      .map(({ server, sentences }) => block(`Server ${server}`, sentences)),
    ...(servers.length > SERVERS_MAX ? ['More servers: `rollcall explain SERVER`'] : []),
    block('The roll', [roll]),
    block('Next', next),
  ];
  return blocks.join('\n\n');
}

function block(title: string, lines: readonly string[]): string {
  return [visible(title), ...lines.map((line) => `  ${line}`)].join('\n');
}

function transportLine(transport: string, answer: GatewayAnswer): string {
  const { body } = answer;
  const told = answerText(answer);
  if (isRefusal(body)) return `A lookup for ${transport} is answered ${told}.`;
  const endpoint = visible(hostPort(body.DcvServerEndpoint, body.Port));
  return `A lookup for ${transport} is answered ${told}: ${endpoint}.`;
}
