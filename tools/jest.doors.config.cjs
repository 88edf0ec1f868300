module.exports = {
  ...require('./jest.integration.config.cjs'),
  displayName: 'doors',
  testMatch: ['<rootDir>/doors/**/*.doors.spec.mjs'],
  testTimeout: 120_000,
};
