module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'tokens',
  rootDir: __dirname,
};
