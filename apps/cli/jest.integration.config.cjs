module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'cli',
  rootDir: __dirname,
};
