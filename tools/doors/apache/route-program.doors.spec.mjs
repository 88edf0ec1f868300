import { readFileSync } from 'node:fs';
import { RouteProgram, runRouteProgram } from './route-program.mjs';
import {
  RouteStandIn,
  answers,
  found,
  hangs,
  hangsUp,
  status,
  trickles,
} from './route-stand-in.mjs';

const LINES = 1_000;
/** Two resolvers, each of which is waited for as long as may be, and half a second for a busy machine. */
const BOUND_MS = 1_700;
/** Much less than any wait. */
const AT_ONCE_MS = 150;
const NOBODY = 'http://127.0.0.1:1';

describe('the RewriteMap program', () => {
  let first;
  let second;
  let program;
  const programs = [];

  beforeEach(async () => {
    [first, second] = [await RouteStandIn.start(), await RouteStandIn.start()];
    program = start(first.url, second.url);
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((started) => started.end()));
    await Promise.all([first.stop(), second.stop()]);
  });

  function start(...resolvers) {
    const started = new RouteProgram(resolvers);
    programs.push(started);
    return started;
  }

  async function timed(asking) {
    const startedAt = performance.now();
    return { answer: await asking, tookMs: performance.now() - startedAt };
  }

  it('answers each of 1,000 mixed lines with its own line, in order', async () => {
    const questions = Array.from({ length: LINES }, (_, index) => {
      const kinds = [`known-${index}~console`, `missing-${index}`, `down-${index}`, `|200|x:1|`];
      return kinds[index % kinds.length];
    });
    const expected = questions.map((id, index) => {
      const upstream = `10.0.0.${index % 250}:8443`;
      if (id.startsWith('known')) {
        first.routes[id] = found(upstream, '/desk');
        return `${id}|200|${upstream}|/desk`;
      }
      if (id.startsWith('missing')) return `${id}|404||`;
      if (!id.startsWith('down')) return '-|404||';
      first.routes[id] = second.routes[id] = status(503);
      return `${id}|503||`;
    });
    program.write(questions.map((id) => `${id}\n`).join(''));
    expect(await program.read(LINES)).toEqual(expected);
    expect(await program.end()).toEqual({ rest: [], code: 0 });
  });

  it('gives a line for each line that is no id, without asking anybody, and stays in step', async () => {
    const noIds = ['', ' ', '-x', '.', 'a/b', '../a', 'a b', 'a|b', 'a%00', 'ü', '\r', 'a\r'];
    noIds.push(
      'a'.repeat(201),
      'a'.repeat(257),
      'x'.repeat(1_000_000),
      `${'x'.repeat(8_192)}good`,
      '\0',
      'http://evil',
    );
    first.routes.good = found('10.0.0.1:8443');
    for (const line of noIds) {
      program.write(`${line}\ngood\n`);
      expect(await program.read(2)).toEqual(['-|404||', 'good|200|10.0.0.1:8443|']);
    }
    expect(first.asked.length).toBe(noIds.length);
  });

  it('takes lines that come in pieces, and leaves one without an end unanswered', async () => {
    first.routes['a~console'] = found('[2001:db8::1]:8443');
    for (const piece of ['a~', 'con', 'sole\na~console']) program.write(piece);
    expect(await program.read(1)).toEqual(['a~console|200|[2001:db8::1]:8443|']);
    expect(await program.end()).toEqual({ rest: [], code: 0 });
  });

  it('asks below the path prefix of the resolver, with the id in a header', async () => {
    program = start(`${first.url}/secret/path/`);
    await program.ask('gpu-1~a.b_c~d');
    expect(first.asked).toEqual([{ target: '/secret/path/route', id: 'gpu-1~a.b_c~d' }]);
  });

  it('goes on to the next resolver when one refuses, hangs up or answers 503, and stays with it', async () => {
    second.routes.a = found('10.0.0.1:8443');
    for (const behave of [hangsUp, answers(status(503)), answers(status(500))]) {
      program = start(first.url, second.url);
      first.behave = behave;
      const before = first.asked.length;
      for (let round = 0; round < 3; round += 1)
        expect(await program.ask('a')).toBe('a|200|10.0.0.1:8443|');
      expect(first.asked.length - before).toBe(1);
    }
    await first.stop();
    expect(await start(first.url, second.url).ask('a')).toBe('a|200|10.0.0.1:8443|');
  });

  it('finds the one that is left, again and again, when resolvers come and go', async () => {
    first.routes.a = second.routes.a = found('10.0.0.1:8443');
    const resolvers = [first, second];
    for (let round = 0; round < 10; round += 1) {
      const stopped = resolvers[round % 2];
      await stopped.stop();
      expect(await program.ask('a')).toBe('a|200|10.0.0.1:8443|');
      await stopped.listen();
    }
  });

  const answersOfNoUse = [
    ['no HTTP', 'hello\r\n\r\n'],
    ['an answer cut short', 'HTTP/1.1 200 OK\r\nX-Rollcall-Upstream: 10.0.0.1:8443\r\n'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n'],
    ['another success', status(204)],
    ['no upstream', status(200)],
    ['two upstreams', found('10.0.0.1:8443\r\nX-Rollcall-Upstream: 10.0.0.2:8443')],
    ['two base paths', found('10.0.0.1:8443', '/a\r\nX-Rollcall-Base-Path: /b')],
    ['an upstream without a port', found('10.0.0.1')],
    ['port 0', found('10.0.0.1:0')],
    ['port 65536', found('10.0.0.1:65536')],
    ['a user before the upstream', found('me@10.0.0.1:8443')],
    ['a path behind the upstream', found('10.0.0.1:8443/x')],
    ['a space in the upstream', found('10.0.0.1 :8443')],
    ['a bar in the upstream', found('10.0.0.1|:8443')],
    ['a bar in the base path', found('10.0.0.1:8443', '/a|b')],
    ['a relative base path', found('10.0.0.1:8443', 'desk')],
    ['dot segments in the base path', found('10.0.0.1:8443', '/a/../b')],
    ['a query in the base path', found('10.0.0.1:8443', '/a?b')],
    ['a slash at the end of the base path', found('10.0.0.1:8443', '/a/')],
    ['headers without an end', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(10_000)}`],
    ['a line without an end', 'HTTP/1.1 200 '.padEnd(1_000_000, '0')],
  ];
  it.each(answersOfNoUse)('takes %s for no answer', async (_, text) => {
    first.behave = second.behave = answers(text);
    expect(await program.ask('a')).toBe('a|503||');
    first.behave = second.behave = undefined;
    expect(await program.ask('a')).toBe('a|404||');
  });

  const waits = [
    ['hang', hangs],
    ['answer a byte at a time', trickles],
  ];
  it.each(waits)(
    'says within its bound that it does not know when both resolvers %s, then at once, and recovers',
    async (_, behave) => {
      first.behave = second.behave = behave;
      const slow = await timed(program.ask('a'));
      expect(slow).toMatchObject({ answer: 'a|503||' });
      expect(slow.tookMs).toBeLessThan(BOUND_MS);
      const fast = await timed(program.ask('b'));
      expect(fast).toMatchObject({ answer: 'b|503||' });
      expect(fast.tookMs).toBeLessThan(AT_ONCE_MS);
      first.behave = second.behave = undefined;
      first.routes.a = second.routes.a = found('10.0.0.1:8443');
      let answer;
      do answer = await program.ask('a');
      while (answer === 'a|503||');
      expect(answer).toBe('a|200|10.0.0.1:8443|');
    },
  );

  it('is not slowed down by a resolver that hangs while the other answers', async () => {
    first.behave = hangs;
    expect((await timed(program.ask('a'))).tookMs).toBeLessThan(BOUND_MS);
    for (let round = 0; round < 3; round += 1)
      expect((await timed(program.ask('a'))).tookMs).toBeLessThan(AT_ONCE_MS);
  });

  it('asks one that was slow a moment ago before it gives up', async () => {
    first.routes.a = second.routes.a = found('10.0.0.1:8443');
    for (const slow of [first, second]) {
      slow.behave = hangs;
      expect(await program.ask('a')).toBe('a|200|10.0.0.1:8443|');
      slow.behave = undefined;
    }
  });

  it('complains about a resolver once in a while, and names neither path nor id', async () => {
    program = start(`${NOBODY}/secret`);
    for (let round = 0; round < 20; round += 1) await program.ask('a~console');
    await program.end();
    expect(program.stderr).toMatch(
      /^rollcall-route: resolver 127\.0\.0\.1:1: cannot be reached: [^\n]*\n$/,
    );
  });

  it('does not show the path prefix to whoever lists processes', async () => {
    program = start(`${NOBODY}/secret`);
    await program.ask('a');
    expect(readFileSync(`/proc/${program.pid}/cmdline`, 'utf8')).toMatch(/^rollcall-route[ \0]*$/);
  });

  it('tells how it is used', async () => {
    const { code, stdout, stderr } = await runRouteProgram('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^usage: rollcall-route\.pl http:\/\/ADDRESS:PORT/);
  });

  const misuses = [
    [],
    ['127.0.0.1:8447'],
    ['https://127.0.0.1:8447/secret'],
    ['http://localhost:8447/secret'],
    ['http://127.0.0.1/secret'],
    ['http://127.0.0.1:0/secret'],
    ['http://127.0.0.1:65536/secret'],
    ['http://127.0.0.1:8447/a secret'],
    ['http://127.0.0.1:8447', 'http://::1:8447/secret'],
  ];
  it.each(misuses.map((args) => [args.join(' ') || 'nothing', args]))(
    'refuses %s for resolvers, without repeating a path',
    async (_, args) => {
      const { code, stdout, stderr } = await runRouteProgram(...args);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toMatch(/^rollcall-route: .+\nusage: /);
      expect(stderr).not.toMatch(/secret/);
    },
  );
});
