// Lets plain Node run the sources, so that a test's child process or a check needs no build:
//   node --conditions=@rollcall/source --require ./tools/setup/typescript-hook.cjs apps/…/src/main.ts
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const { unit } = require('../../jest.preset.cjs');

const [, options] = unit.transform['^.+\\.ts$'];

require.extensions['.ts'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  const { code } = transformSync(source, { ...options, filename, sourceMaps: 'inline' });
  module._compile(code, filename);
};
