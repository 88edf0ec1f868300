import { request } from 'node:http';

const TIMEOUT_MS = 2_000;

/**
 * Sends one request on a connection of its own, as one that is kept would delay the stop of who answers.
 * Resolves to the status and the body, or to nothing when there is no answer.
 */
export function ask(url, method = 'GET') {
  return new Promise((resolve) => {
    const asked = request(url, { method, agent: false, timeout: TIMEOUT_MS }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (body += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
      answer.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
