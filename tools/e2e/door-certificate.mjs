import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

const TIMEOUT_MS = 30_000;

/** In a process of its own: Jest's modules cannot load the library that makes certificates. */
const SCRIPT = `
  const { TestCa } = require('@rollcall/testing');
  TestCa.create().then(async (ca) => {
    const { certPem, keyPem } = await ca.server();
    console.log(JSON.stringify({ 'ca.crt': ca.certPem, 'door.crt': certPem, 'door.key': keyPem }));
  });
`;

/** Makes the certificate of a server on localhost in a folder; the files' paths, by their names. */
export function makeDoorCertificate(folder) {
  const printed = execFileSync(process.execPath, ['-e', SCRIPT], {
    cwd: root,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  return Object.fromEntries(
    Object.entries(JSON.parse(printed)).map(([name, pem]) => {
      const file = join(folder, name);
      writeFileSync(file, pem, { mode: 0o600 });
      return [name, file];
    }),
  );
}
