const { unit } = require('../jest.preset.cjs');
const [compile] = Object.values(unit.transform);

module.exports = {
  ...unit,
  displayName: 'tools',
  rootDir: __dirname,
  // Jest cannot load ES modules in Node 20, so it gets them as CommonJS.
  transform: { '^.+\\.(mjs|ts)$': compile },
  moduleFileExtensions: ['mjs', 'ts', 'js', 'json'],
  testMatch: ['<rootDir>/**/*.spec.mjs'],
  testPathIgnorePatterns: ['\\.(integration|doors)\\.spec\\.mjs$'],
};
