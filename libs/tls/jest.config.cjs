module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'tls',
  rootDir: __dirname,
};
