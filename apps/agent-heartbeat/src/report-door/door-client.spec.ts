import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { ClientRequest, RequestListener } from 'node:http';
import type { ServerId } from '@rollcall/domain';
import { TestCa, type CertificatePair } from '@rollcall/testing';
import { DoorAddresses } from './door-addresses';
import { DoorClient, DoorSilence } from './door-client';
import type { DoorCredentials } from './identity-files';

const [HERE, THERE] = ['127.0.0.1', '127.0.0.2'] as [string, string];
const PING = { method: 'GET', path: '/ping', timeoutMs: 5_000 } as const;

describe('a client of doors', () => {
  let ca: TestCa;
  let pair: CertificatePair;
  let port: number;
  let servers: { close(): void }[];
  let sockets: Socket[];
  let credentials: DoorCredentials;
  let preference: number[];
  let client: DoorClient;

  beforeAll(async () => {
    ca = await TestCa.create();
    pair = await ca.server(['door.test']);
  });

  beforeEach(() => {
    servers = [];
    sockets = [];
    port = 0;
    preference = [];
    credentials = { server: 'gpu-1' as ServerId, authorization: 'Bearer x', ca: ca.certPem };
  });

  afterEach(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  /** A door at an address; all of them have one port. */
  async function door(address: string, answer: RequestListener): Promise<Server> {
    const server = createServer({ cert: pair.certPem, key: pair.keyPem }, answer);
    server.on('connection', (socket: Socket) => sockets.push(socket));
    await listen(server, address);
    return server;
  }

  async function listen(server: Server | ReturnType<typeof createTcpServer>, address: string) {
    servers.push(server);
    server.listen({ host: address, port });
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }

  /** Knows both addresses; the first is tried first, unless it has failed. */
  function open(...addresses: string[]): DoorClient {
    const found = addresses.map((address) => ({ address, family: 4 }));
    const random = () => preference.shift() ?? 0.5;
    const book = new DoorAddresses({ resolve: async () => found, random });
    const url = new URL(`https://door.test:${port}`);
    client = new DoorClient(url, { current: () => credentials }, book);
    return client;
  }

  const says =
    (body: string): RequestListener =>
    (_request, response) =>
      response.end(body);

  it('finds the door that is there when another is not', async () => {
    await door(THERE, says('there'));
    expect(await open(HERE, THERE).ask(PING)).toMatchObject({ status: 200, body: 'there' });
  });

  it('leaves a door that hangs for another one', async () => {
    const silent = createTcpServer((socket) => sockets.push(socket));
    await listen(silent, HERE);
    await door(THERE, says('there'));
    open(HERE, THERE);
    await expect(client.ask({ ...PING, timeoutMs: 300 })).rejects.toThrow(DoorSilence);
    expect(await client.ask(PING)).toMatchObject({ body: 'there' });
  });

  it('shows who it is, and asks on the connection that it has', async () => {
    const seen: (string | undefined)[] = [];
    await door(HERE, (request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    open(HERE);
    await client.ask(PING);
    await client.ask(PING);
    expect(seen).toEqual(['Bearer x', 'Bearer x']);
    expect(sockets).toHaveLength(1);
  });

  it('leaves nothing on a connection that it keeps', async () => {
    const requests: ClientRequest[] = [];
    const onStarted = (message: unknown) =>
      requests.push((message as { request: ClientRequest }).request);
    subscribe('http.client.request.start', onStarted);
    await door(HERE, says(''));
    open(HERE);
    await client.ask(PING);
    const listeners = () => requests[0]!.socket!.listenerCount('connect');
    const after = listeners();
    await client.ask(PING);
    unsubscribe('http.client.request.start', onStarted);
    expect(requests).toHaveLength(2);
    expect(listeners()).toBe(after);
  });

  it('takes a new connection with a new identity', async () => {
    await door(HERE, says(''));
    open(HERE);
    await client.ask(PING);
    credentials = { ...credentials, authorization: 'Bearer y' };
    await client.ask(PING);
    expect(sockets).toHaveLength(2);
  });

  it('asks again, once, when the connection breaks before an answer; and says so', async () => {
    let questions = 0;
    await door(HERE, (_request, response) => {
      questions += 1;
      if (questions === 2) response.socket?.destroy();
      else response.end('answer');
    });
    open(HERE);
    expect(await client.ask(PING)).toMatchObject({ repeated: false });
    expect(await client.ask({ ...PING, method: 'POST', body: '{}' })).toMatchObject({
      body: 'answer',
      repeated: true,
    });
  });

  it('does not ask again on a connection that never carried an answer', async () => {
    let questions = 0;
    await door(HERE, (_request, response) => {
      questions += 1;
      response.socket?.destroy();
    });
    await expect(open(HERE).ask(PING)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(questions).toBe(1);
  });

  it('does not read an answer without end', async () => {
    await door(HERE, (_request, response) => {
      response.end('x'.repeat(1_000_000));
    });
    await expect(open(HERE).ask(PING)).rejects.toThrow('the answer is too long');
  });

  it('gives up an answer that stops half-way', async () => {
    await door(HERE, (_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
    });
    await expect(open(HERE).ask({ ...PING, timeoutMs: 300 })).rejects.toBeDefined();
  });
});
