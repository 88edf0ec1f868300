import { execFileSync } from 'node:child_process';
import { ManualPage, quotedSettings } from '../manual-page.mjs';

const COMMANDS_TIMEOUT_MS = 60_000;

/**
 * What docs/connection-gateway.md tells operators to write and to run, with the paths and ports of a test instead of
 * its own.
 */
export class OperatorsPage {
  #page;

  constructor(replacements) {
    this.#page = new ManualPage('connection-gateway.md', replacements);
  }

  /** Runs the commands that make the certificates, in this folder. */
  makeCertificates(folder) {
    const commands = this.#page.block('sh', 'openssl req');
    execFileSync('bash', ['-ec', commands], {
      cwd: folder,
      timeout: COMMANDS_TIMEOUT_MS,
      stdio: 'pipe',
    });
  }

  /** The environment of a resolver. */
  get resolverSettings() {
    const lines = this.#page.block('ini', 'RESOLVER_').trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2)));
  }

  /** The `[resolver]` section of the gateway's configuration. */
  get gatewaySettings() {
    return quotedSettings(this.#page.block('toml', '[resolver]'));
  }

  /** The `[security]` section of a host's dcv.conf. */
  get hostSettings() {
    return quotedSettings(this.#page.block('ini', '[security]'));
  }
}
