export * from './connection-links';
export {
  ConnectionTokens,
  InvalidGrantError,
  type TokenQuestion,
  type TokenRefusal,
  type TokenVerdict,
} from './connection-tokens';
