import path from 'node:path';
import { ToolError } from '../tool-error.js';
import { execute, type Executed } from './execute.js';
import { javaCommand, javaTool } from './java.js';
import type { Credentials, Keystore } from './server-properties.js';

/** Initializes a node's data folder with the cluster id and, with SASL, the SCRAM user. */
export async function formatStorage(
  propertiesFile: string,
  clusterId: string,
  sasl: Credentials | undefined,
): Promise<void> {
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
    sasl ? ['--add-scram', `${mechanism}=[name=${sasl.username},password=${sasl.password}]`] : [],
  );
  const result = await javaTool('kafka.tools.StorageTool', [
    'format',
    '--ignore-formatted',
    // In one argument, since an id may begin with a dash.
    `--cluster-id=${clusterId}`,
    '-c',
    propertiesFile,
    ...users,
  ]);
  requireSuccess(result, 'Kafka could not format its data folder');
}

/** Creates a self-signed certificate for 127.0.0.1: the broker's keystore, and the CA file for clients. */
export async function createKeystore(folder: string): Promise<Keystore & { readonly caFile: string }> {
  const java = javaCommand();
  const keytool = java === 'java' ? 'keytool' : path.join(path.dirname(java), 'keytool');
  const keystore = { file: path.join(folder, 'broker.p12'), password: 'only-for-this-machine' };
  const caFile = path.join(folder, 'ca.pem');
  const store = ['-alias', 'kafka', '-storetype', 'PKCS12', '-keystore', keystore.file];
  const secret = ['-storepass', keystore.password];
  const identity = ['-dname', 'CN=localhost', '-ext', 'SAN=IP:127.0.0.1,DNS:localhost'];
  const key = ['-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-validity', '30'];
  requireSuccess(await execute(keytool, [...key, ...identity, ...store, ...secret]), 'keytool failed');
  const exported = await execute(keytool, ['-exportcert', '-rfc', '-file', caFile, ...store, ...secret]);
  requireSuccess(exported, 'keytool failed');
  return { ...keystore, caFile };
}

function requireSuccess({ code, stdout, stderr }: Executed, what: string): void {
  if (code !== 0) throw new ToolError('KAFKA_SETUP', `${what}:\n${`${stdout}${stderr}`.trim()}`);
}
