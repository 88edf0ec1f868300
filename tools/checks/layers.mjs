const libs = [
  'domain',
  'contracts',
  'config',
  'session-store',
  'events',
  'observability',
  'http',
  'tls',
  'tokens',
  'testing',
];

/** Which layers each layer's sources may import; spec files may import `testing` besides. */
export const layers = {
  domain: [],
  contracts: [],
  config: ['domain'],
  'session-store': ['domain', 'contracts', 'config'],
  tokens: ['domain'],
  events: ['contracts'],
  observability: ['config'],
  http: ['domain', 'contracts', 'observability'],
  tls: ['observability'],
  testing: ['domain'],
  app: libs.filter((lib) => lib !== 'testing'),
};

/** Layers whose specs stay free of `testing`, because `testing` imports them. */
export const layersBelowTesting = ['domain'];

/** Layers whose sources may speak to Redis directly. */
export const layersWithRedis = ['session-store', 'events', 'testing'];

/** Layers whose sources may read the process environment, besides every app's `main.ts`. */
export const layersWithEnvironment = ['config', 'testing'];
