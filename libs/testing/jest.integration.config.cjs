module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'testing',
  rootDir: __dirname,
};
