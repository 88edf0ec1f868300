export * from './domain-events';
export * from './error-codes';
export * from './resolve-session';
export * from './sweep-job';
