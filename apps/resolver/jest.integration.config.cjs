module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'resolver',
  rootDir: __dirname,
};
