import { ConfigError, Setting, type Settings } from '@rollcall/config';
import { IsOptional, ValidateBy } from 'class-validator';

/** The door that an agent reports through, and the files that say where it may be otherwise. */
export interface ReportDoorConfig {
  readonly url: URL;
  readonly tokenFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
}

const DOOR_URL = { name: 'isDoorUrl', validator: { validate: isDoorUrl } };

/** Undefined = the agent reports to Redis itself. */
export class ReportDoorSettings implements Settings<ReportDoorConfig | undefined> {
  @Setting({
    about:
      'https://HOST:PORT of a report door (AGENT_ROLE=ingest): set, the agent reports there and contacts no Redis; REDIS_… are ignored. Its identity is report-token, or report-client.crt and report-client.key, in AGENT_STATE_DIR, and says which server it is',
  })
  @IsOptional()
  @ValidateBy(DOOR_URL, {
    message:
      'AGENT_REPORT_URL must read https://HOST or https://HOST:PORT, without user, path and query',
  })
  AGENT_REPORT_URL?: string;

  @Setting({
    about: 'The token that rollcall identity issue has made, in a file of mode 600, if elsewhere',
  })
  AGENT_REPORT_TOKEN_FILE?: string;

  @Setting({ about: 'The client certificate in PEM instead of a token, if elsewhere' })
  AGENT_REPORT_CERT_FILE?: string;

  @Setting({ about: 'Its private key in PEM, not encrypted, in a file of mode 600' })
  AGENT_REPORT_KEY_FILE?: string;

  @Setting({
    about:
      'Roots in PEM that the door’s certificate is of; unset, report-ca.crt in AGENT_STATE_DIR, and without that the roots Node knows',
  })
  AGENT_REPORT_CA_FILE?: string;

  toConfig(): ReportDoorConfig | undefined {
    const {
      AGENT_REPORT_URL: url,
      AGENT_REPORT_TOKEN_FILE: tokenFile,
      AGENT_REPORT_CERT_FILE: certFile,
      AGENT_REPORT_KEY_FILE: keyFile,
      AGENT_REPORT_CA_FILE: caFile,
    } = this;
    if ((certFile === undefined) !== (keyFile === undefined)) {
      throw new ConfigError(['AGENT_REPORT_CERT_FILE and AGENT_REPORT_KEY_FILE go together']);
    }
    if (tokenFile !== undefined && certFile !== undefined) {
      throw new ConfigError([
        'AGENT_REPORT_TOKEN_FILE and AGENT_REPORT_CERT_FILE: one identity is enough, set one of them',
      ]);
    }
    if (url !== undefined) return { url: new URL(url), tokenFile, certFile, keyFile, caFile };
    if ((tokenFile ?? certFile ?? caFile) !== undefined) {
      throw new ConfigError(['AGENT_REPORT_URL must be set, too, where AGENT_REPORT_… files are']);
    }
    return undefined;
  }
}

function isDoorUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const isBare = pathname === '/' && search + hash + username + password === '';
  return protocol === 'https:' && hostname !== '' && isBare;
}
