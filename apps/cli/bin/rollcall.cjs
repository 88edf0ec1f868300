#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

if (existsSync(join(__dirname, '../dist/main.js'))) {
  require('../dist/main.js');
} else {
  console.error('rollcall is not built yet: run `npm run build` first.');
  process.exitCode = 70;
}
