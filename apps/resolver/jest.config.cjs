module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'resolver',
  rootDir: __dirname,
};
