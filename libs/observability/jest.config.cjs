module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'observability',
  rootDir: __dirname,
};
