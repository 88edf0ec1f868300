module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'reconciler',
  rootDir: __dirname,
};
