module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'events',
  rootDir: __dirname,
};
