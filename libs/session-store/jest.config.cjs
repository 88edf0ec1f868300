module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'session-store',
  rootDir: __dirname,
};
