import type { TlsFileSettings } from '../tls-config';

/** The settings of an app that names its files so. */
export const SETTINGS: TlsFileSettings = {
  certFile: 'APP_TLS_CERT_FILE',
  keyFile: 'APP_TLS_KEY_FILE',
  clientCaFile: 'APP_TLS_CLIENT_CA_FILE',
};
