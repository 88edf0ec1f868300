const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: {
    customExportConditions: ['@rollcall/source', 'node', 'node-addons'],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  coverageDirectory: '<rootDir>/coverage',
};

module.exports = {
  unit: {
    ...base,
    testMatch: ['<rootDir>/src/**/*.spec.ts'],
    testPathIgnorePatterns: ['\\.integration\\.spec\\.ts$'],
  },
  integration: {
    ...base,
    testMatch: ['<rootDir>/src/**/*.integration.spec.ts'],
    testTimeout: 60_000,
  },
};
