import { isReadable, pathOf, withoutPrefix } from './paths';

describe('the path of a request', () => {
  it.each([
    ['/resolveSession?sessionId=a/b', '/resolveSession'],
    ['//resolveSession#x', '/resolveSession'],
    ['http://resolver:8447/resolveSession?x', '/resolveSession'],
    ['https://resolver', ''],
    ['/%72esolve%53ession?x=%zz', '/resolveSession'],
    ['/route%2Fa%252F', '/route%2Fa%2F'],
    ['/verify/%zz', '/verify/%zz'],
    ['*', '*'],
    ['', ''],
  ])('of "%s" is "%s"', (target, path) => expect(pathOf(target)).toBe(path));

  it('is readable unless it cannot be decoded', () => {
    for (const target of ['/', '/%2F%41?%zz', '']) expect(isReadable(target)).toBe(true);
    for (const target of ['/%zz', '/%', '/%ff/verify']) expect(isReadable(target)).toBe(false);
  });

  it('is all of the target without a prefix', () => {
    expect(withoutPrefix('//resolveSession?a=//b', '')).toBe('//resolveSession?a=//b');
  });

  it.each([
    ['/se.cret/x/resolveSession?a=b', '/resolveSession?a=b'],
    ['/se.cret/x//resolveSession?a=//b', '/resolveSession?a=//b'],
    ['//se.cret//x/route/a', '/route/a'],
    ['http://resolver/se.cret/x/route', '/route'],
    ['/se.cret/x/', '/'],
    ['/se.cret/x/se.cret/x/route', '/se.cret/x/route'],
  ])('is what comes after the prefix in "%s"', (target, rest) =>
    expect(withoutPrefix(target, '/se.cret/x')).toBe(rest),
  );

  it.each([
    '/resolveSession',
    '/se.cret/x',
    '/se.cret/x?/route',
    '/se.cret/xy/route',
    '/se.cret/route',
    '/seXcret/x/route',
    '/SE.CRET/x/route',
    '/%73e.cret/x/route',
    '/a/../se.cret/x/route',
    '/route?/se.cret/x/route',
    'se.cret/x/route',
    '',
  ])('is not behind the prefix in "%s"', (target) =>
    expect(withoutPrefix(target, '/se.cret/x')).toBeUndefined(),
  );
});
