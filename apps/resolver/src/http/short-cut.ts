import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { RESOLVE_SESSION_PATH } from '@rollcall/contracts';
import { writeAnswer } from '@rollcall/http';
import { LookupHandler } from '../resolve/lookup.handler';
import { refusalAnswer } from './wire-refusal';

const TARGET = `${RESOLVE_SESSION_PATH}?`;

/**
 * Where the framework is not asked: a router, its hooks and its request and reply cost a lookup as much as all that is
 * done for it (docs/adr/0015). A lookup just as gateways send it goes from the socket to its handler; whatever is odd
 * about a request, down to a second slash, takes the long way, and has the same answer there.
 */
@Injectable()
export class ShortCut {
  private readonly logger = new Logger(ShortCut.name);

  constructor(private readonly lookups: LookupHandler) {}

  /** Whether a request, of this target without the path prefix, may take it. */
  isFor({ method, rawHeaders }: IncomingMessage, target: string): boolean {
    return method === 'POST' && target.startsWith(TARGET) && isPlain(rawHeaders);
  }

  async answer(target: string, response: ServerResponse): Promise<void> {
    try {
      await this.lookups.answer(target, response);
    } catch (fault) {
      this.logger.error(fault);
      writeAnswer(response, refusalAnswer('INTERNAL_ERROR', 'lookup'));
    }
  }
}

/**
 * Whether headers name a host, and no body: that has to be read before the answer, and refused if it is too large. The
 * lengths spare nearly all of the comparisons; Node's own `headers` would be made of all of them first.
 */
function isPlain(rawHeaders: readonly string[]): boolean {
  let hasHost = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    switch (name.length) {
      case 'host'.length:
        hasHost ||= name.toLowerCase() === 'host';
        break;
      case 'expect'.length:
        if (name.toLowerCase() === 'expect') return false;
        break;
      case 'content-length'.length:
        if (name.toLowerCase() === 'content-length' && rawHeaders[index + 1] !== '0') return false;
        break;
      case 'transfer-encoding'.length:
        if (name.toLowerCase() === 'transfer-encoding') return false;
        break;
    }
  }
  return hasHost;
}
