import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../../tools/kafka/index.js';

/** A client certificate with CA, key and passphrase, as PEM files. */
export interface ClientCertificate {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly passphrase: string;
  remove(): Promise<void>;
}

const PASSPHRASE = 'only-for-this-test';

const AUTHORITY =
  'req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN=authority -keyout authority.key -out authority.pem';
const REQUEST = `req -newkey rsa:2048 -passout pass:${PASSPHRASE} -subj /CN=service -keyout client.key -out client.csr`;
const CERTIFICATE =
  'x509 -req -days 2 -in client.csr -CA authority.pem -CAkey authority.key -CAcreateserial -out client.pem';

/** Creates a CA and a client certificate with an encrypted key for this test. */
export async function clientCertificate(): Promise<ClientCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  for (const command of [AUTHORITY, REQUEST, CERTIFICATE]) await openssl(folder, command);
  return {
    authorityFile: join(folder, 'authority.pem'),
    certificateFile: join(folder, 'client.pem'),
    keyFile: join(folder, 'client.key'),
    passphrase: PASSPHRASE,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openssl(folder: string, command: string): Promise<void> {
  const inFolder = command
    .split(' ')
    .map((word) => (/\.(pem|key|csr)$/.test(word) ? join(folder, word) : word));
  const { code, stderr } = await execute('openssl', inFolder, { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`openssl failed: ${stderr}`);
}
