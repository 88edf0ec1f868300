module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'cli',
  rootDir: __dirname,
};
