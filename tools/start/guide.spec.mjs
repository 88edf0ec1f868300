import { demoGuide, serviceGuide } from './guide.mjs';

const resolver = { url: 'http://127.0.0.1:8447', port: 8447 };

describe('the guide', () => {
  it('gives the lookup as one line that holds nothing else', () => {
    const lines = demoGuide({ resolver, redis: { given: true }, roll: 'demo' }).split('\n');
    expect(lines).toContain(
      "curl -s -X POST 'http://127.0.0.1:8447/resolveSession?sessionId=design&transport=HTTP'",
    );
  });

  it('names the Redis that was started, so that its commands can be pasted', () => {
    const redis = { given: false, url: 'redis://127.0.0.1:40000' };
    expect(demoGuide({ resolver, redis, roll: 'demo' })).toContain(
      'REDIS_URL=redis://127.0.0.1:40000 ROLL=demo npx --no rollcall watch',
    );
  });

  it('makes links to a demo host, whose address has to be admitted', () => {
    const redis = { given: false, url: 'redis://127.0.0.1:40000' };
    expect(demoGuide({ resolver, redis, roll: 'demo' }).split('\n')).toContain(
      'REDIS_URL=redis://127.0.0.1:40000 ROLL=demo ENDPOINT_ALLOW=127.0.0.1/8 ' +
        'npx --no rollcall connect demo-1~console --user you --gateway localhost',
    );
  });

  it('never shows the URL of a Redis that was given, as it may hold a password', () => {
    const redis = { given: true, url: 'redis://:secret@127.0.0.1:40000' };
    for (const guide of [demoGuide, serviceGuide]) {
      expect(guide({ resolver, redis, roll: 'main' })).not.toContain('secret');
    }
  });
});
