module.exports = {
  ...require('../../jest.preset.cjs').integration,
  displayName: 'agent-heartbeat',
  rootDir: __dirname,
};
