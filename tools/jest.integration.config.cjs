module.exports = {
  ...require('./jest.config.cjs'),
  // The tools' integration tests use the product as built.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  testMatch: ['<rootDir>/**/*.integration.spec.mjs'],
  testPathIgnorePatterns: [],
  testTimeout: 180_000,
};
