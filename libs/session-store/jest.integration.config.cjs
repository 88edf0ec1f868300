module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'session-store',
  rootDir: __dirname,
};
