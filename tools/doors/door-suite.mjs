import { doorAttacks } from './door-attacks-suite.mjs';
import { doorBrowser } from './door-browser-suite.mjs';
import { doorFaults } from './door-faults-suite.mjs';
import { doorRouting } from './door-routing-suite.mjs';
import { doorSecrets } from './door-secrets-suite.mjs';
import { DoorSite } from './door-site.mjs';

const START_TIMEOUT_MS = 120_000;

/**
 * What every proxy door must hold, against real apps and stand-in hosts.
 *
 * `startDoor` runs the door's own program with the configuration in deploy/, and resolves to the running door:
 *
 *     startDoor({
 *       folder,                             // empty, its own: configuration, pid file, logs
 *       resolvers: ['http://127.0.0.1:P'],  // two; each answers /route
 *       serverName: 'door.test',            // the one name that it answers to; with any port
 *       certificate: { certFile, keyFile },
 *     }) → { port, accessLog(), errorLog(), reload(), stop() }
 *
 * The port is on 127.0.0.1, the logs are texts, and `reload` and `stop` resolve when they are done.
 */
export function describeDoor(name, startDoor) {
  describe(`the door ${name}`, () => {
    const site = new DoorSite(startDoor);
    beforeAll(() => site.start(), START_TIMEOUT_MS);
    afterEach(() => site.closeDesktops());
    afterAll(() => site.stop(), START_TIMEOUT_MS);

    describe('on an ordinary day', () => doorRouting(site));
    describe('opened in a browser', () => doorBrowser(site));
    describe('under attack', () => doorAttacks(site));
    describe('when parts fail', () => doorFaults(site));
    describe('when all is done', () => doorSecrets(site));
  });
}
