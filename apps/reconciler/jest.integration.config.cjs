module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'reconciler',
  rootDir: __dirname,
};
