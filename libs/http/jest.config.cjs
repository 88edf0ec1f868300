module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'http',
  rootDir: __dirname,
};
