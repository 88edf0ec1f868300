import { Setting, type Settings } from '@rollcall/config';
import type { TlsFileSettings, TlsPaths } from '@rollcall/tls';
import { IsInt, IsIP, IsNotEmpty, Max, Min } from 'class-validator';

/** Where agents reach a report door. */
export interface IngestConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly connectionsPerAddressMax: number;
  readonly tls: TlsPaths;
}

/** Which setting names which file. */
export const INGEST_TLS_SETTINGS = {
  certFile: 'INGEST_TLS_CERT_FILE',
  keyFile: 'INGEST_TLS_KEY_FILE',
  clientCaFile: 'INGEST_TLS_CLIENT_CA_FILE',
} as const satisfies TlsFileSettings;

const PORT_RULE = { message: 'INGEST_PORT must be a whole number from 0 to 65535' };
const CONNECTIONS_RULE = {
  message: 'INGEST_CONNECTIONS_PER_ADDRESS must be a whole number from 1 to 10000',
};
const TLS_RULE = {
  message:
    '$property must be set: reports come over TLS alone, as whoever reads a token can report with it',
};

export class IngestSettings implements Settings<IngestConfig> {
  @Setting({
    default: '0.0.0.0',
    about: 'Address that reports are taken on; :: takes IPv6 as well',
  })
  @IsIP(undefined, { message: 'INGEST_HOST must be an IP address of this machine' })
  INGEST_HOST!: string;

  @Setting({ default: 8450, about: 'Port that reports are taken on; 0 takes any free port' })
  @IsInt(PORT_RULE)
  @Min(0, PORT_RULE)
  @Max(65_535, PORT_RULE)
  INGEST_PORT!: number;

  @Setting({
    about:
      'Required with AGENT_ROLE=ingest: the certificate in PEM, with those between it and its root. Read again when it changes',
  })
  @IsNotEmpty(TLS_RULE)
  INGEST_TLS_CERT_FILE!: string;

  @Setting({ about: 'Required with AGENT_ROLE=ingest: its private key in PEM, not encrypted' })
  @IsNotEmpty(TLS_RULE)
  INGEST_TLS_KEY_FILE!: string;

  @Setting({
    about:
      'Roots in PEM of an authority for DCV hosts alone: a certificate of it is an identity, its common name (CN) the server id. Unset, tokens are the only identities',
  })
  INGEST_TLS_CLIENT_CA_FILE?: string;

  @Setting({
    default: 2_000,
    about:
      'Connections that one address may have; raise it where a load balancer or a NAT shows its own address for more hosts',
  })
  @IsInt(CONNECTIONS_RULE)
  @Min(1, CONNECTIONS_RULE)
  @Max(10_000, CONNECTIONS_RULE)
  INGEST_CONNECTIONS_PER_ADDRESS!: number;

  toConfig(): IngestConfig {
    return {
      host: this.INGEST_HOST,
      port: this.INGEST_PORT,
      connectionsPerAddressMax: this.INGEST_CONNECTIONS_PER_ADDRESS,
      tls: {
        certFile: this.INGEST_TLS_CERT_FILE,
        keyFile: this.INGEST_TLS_KEY_FILE,
        clientCaFile: this.INGEST_TLS_CLIENT_CA_FILE,
      },
    };
  }
}
