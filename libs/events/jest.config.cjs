module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'events',
  rootDir: __dirname,
};
