export * from './connection-path';
export * from './domain-events';
export * from './error-codes';
export * from './report-door';
export * from './resolve-session';
export * from './sweep-job';
