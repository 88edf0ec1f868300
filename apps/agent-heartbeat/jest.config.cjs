module.exports = {
  ...require('../../jest.preset.cjs').unit,
  displayName: 'agent-heartbeat',
  rootDir: __dirname,
};
