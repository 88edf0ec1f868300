export * from './connection-links';
export {
  ConnectionTokens,
  InvalidGrantError,
  type TokenQuestion,
  type TokenRefusal,
  type TokenVerdict,
} from './connection-tokens';
export {
  mintServerToken,
  readServerToken,
  SERVER_TOKEN_LENGTH_MAX,
  type ServerToken,
} from './server-tokens';
