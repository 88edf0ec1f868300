import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { exchange } from '@rollcall/testing';
import type { LookupHandler } from '../resolve/lookup.handler';
import { ShortCut } from './short-cut';

describe('the short cut of lookups', () => {
  const answer = jest.fn<Promise<void>, [string, ServerResponse]>();
  const shortCut = new ShortCut({ answer } as unknown as LookupHandler);
  let server: Server;
  let taken: boolean | undefined;

  beforeAll(async () => {
    server = createServer({ requireHostHeader: false }, (request: IncomingMessage, response) => {
      taken = shortCut.isFor(request, request.url ?? '');
      if (taken) void shortCut.answer(request.url ?? '', response);
      else response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  beforeEach(() => {
    taken = undefined;
    answer.mockReset();
    answer.mockImplementation(async (_target, response) => void response.end('answered'));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = (head: string, body = '') =>
    exchange((server.address() as AddressInfo).port, `${head}\r\n\r\n${body}`);

  it.each([
    ['as gateways send them', 'POST /resolveSession?sessionId=a HTTP/1.1\r\nHost: x'],
    ['with an empty body', 'POST /resolveSession? HTTP/1.1\r\ncontent-length: 0\r\nhost: x'],
    [
      'with whatever other headers',
      'POST /resolveSession?a HTTP/1.1\r\nhost: x\r\nfrom: y\r\nx-some: z',
    ],
  ])('is taken by lookups %s', async (_case, head) => {
    expect((await send(head))?.body).toBe('answered');
    expect(answer).toHaveBeenCalledWith(head.split(' ')[1], expect.anything());
  });

  it.each([
    ['another method', 'GET /resolveSession?a HTTP/1.1\r\nhost: x', ''],
    ['another path', 'POST /resolveSessions?a HTTP/1.1\r\nhost: x', ''],
    ['a second slash', 'POST //resolveSession?a HTTP/1.1\r\nhost: x', ''],
    ['an encoded path', 'POST /%72esolveSession?a HTTP/1.1\r\nhost: x', ''],
    ['no query', 'POST /resolveSession HTTP/1.1\r\nhost: x', ''],
    ['no host', 'POST /resolveSession?a HTTP/1.1', ''],
    ['a body', 'POST /resolveSession?a HTTP/1.1\r\nhost: x\r\nContent-Length: 2', '{}'],
    [
      'a body of unknown length',
      'POST /resolveSession?a HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: chunked',
      '0\r\n\r\n',
    ],
    ['an expectation', 'POST /resolveSession?a HTTP/1.1\r\nhost: x\r\nExpect: 100-continue', ''],
  ])('is not for a request with %s', async (_case, head, body) => {
    await send(head, body);
    expect(taken).toBe(false);
    expect(answer).not.toHaveBeenCalled();
  });

  it('ends with the contract’s 500 when there is a fault of ours, and logs it', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    answer.mockRejectedValue(new TypeError('a bug'));
    const response = await send('POST /resolveSession?a HTTP/1.1\r\nhost: x');
    expect(response).toMatchObject({ status: 500 });
    expect(response?.body).toContain('"INTERNAL_ERROR"');
    expect(logged).toHaveBeenCalledWith(expect.any(TypeError));
    logged.mockRestore();
  });
});
