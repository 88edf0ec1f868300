export { HangupSignal } from './hangup-signal';
export { ServerTls, type ServerTlsParts, type TlsPort } from './server-tls';
export type { TlsConfig, TlsFileSettings, TlsPaths } from './tls-config';
export { TlsFileError } from './tls-file-error';
export { serverOptions, type ClientCertificates } from './tls-options';
