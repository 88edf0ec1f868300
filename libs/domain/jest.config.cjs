module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'domain',
  rootDir: __dirname,
};
