export * from './counterexample';
export * from './in-memory-site';
export * from './model-site';
export * from './model.suite';
export * from './redis-site';
