import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../load-config.js';
import { errorOf } from '../testing/error-of.js';
import { thisHost } from './host.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const KEY = CERTIFICATE.replaceAll('CERTIFICATE', 'RSA PRIVATE KEY');

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function sasl(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'PLAIN',
    KAFKA_SASL_USERNAME: 'ada',
    ...more,
  };
}

describe('a secret given by file', () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a file is read for every variable that is a secret or PEM, without its trailing line break', () => {
    const { ssl, sasl: credentials } = loadConfig({
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SSL_CA_FILE: file('ca', `${CERTIFICATE}\n`),
      KAFKA_SSL_CERT_FILE: file('cert', CERTIFICATE),
      KAFKA_SSL_KEY_FILE: file('key', `${KEY}\r\n`),
      KAFKA_SSL_KEY_PASSPHRASE_FILE: file('passphrase', 'open sesame\n'),
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME_FILE: file('username', 'ada\n'),
      KAFKA_SASL_PASSWORD_FILE: file('password', ' hunter22 \n'),
    }).kafka;
    expect(ssl).toMatchObject({ ca: CERTIFICATE, cert: CERTIFICATE, key: KEY, passphrase: 'open sesame' });
    expect(credentials).toMatchObject({ username: 'ada', password: ' hunter22 ' });
  });

  it.each([
    ['is missing', join(folder, 'nothing'), 'there is no such file'],
    ['is empty', file('empty', '\n'), 'the file is empty'],
    ['is a folder', folder, 'it is not a regular file'],
    ['is an endless device', '/dev/zero', 'it is not a regular file'],
    ['is too large to be a secret', file('large', 'x'.repeat(1_048_577)), 'it is larger than 1048576 bytes'],
  ])('a secret file is a problem when it %s', (_what, path, reason) => {
    const error = errorOf(sasl({ KAFKA_SASL_PASSWORD_FILE: path }));
    expect(error.problems).toEqual([
      {
        variable: 'KAFKA_SASL_PASSWORD_FILE',
        got: `${JSON.stringify(path)}: ${reason}`,
        accepts: 'the path of a readable file that holds the value',
        hint: 'correct the path, or mount the secret there',
      },
    ]);
  });

  it('a secret file is a problem when the service may not read it', () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    const host = {
      ...thisHost,
      readFile: () => {
        throw denied;
      },
    };
    const [problem] = errorOf(sasl({ KAFKA_SASL_PASSWORD_FILE: folder }), host).problems;
    expect(problem?.got).toBe(`${JSON.stringify(folder)}: the service may not read it`);
  });

  it('a secret file is a problem when the value is given too', () => {
    const both = { KAFKA_SASL_PASSWORD: 'hunter22', KAFKA_SASL_PASSWORD_FILE: file('both', 'hunter22') };
    const error = errorOf(sasl(both));
    expect(error.problems).toEqual([
      {
        variable: 'KAFKA_SASL_PASSWORD',
        got: 'set, 8 characters, and KAFKA_SASL_PASSWORD_FILE is set too',
        accepts: 'either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE',
        hint: 'remove one of the two',
      },
    ]);
  });

  it('the content of a secret file is validated like any other value', () => {
    const error = errorOf({ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: file('no-pem', 'hunter22') });
    expect(error.message).toContain('KAFKA_SSL_CA');
    expect(error.message).toContain('BEGIN CERTIFICATE');
  });

  it.each(['hunter22', '/hunter22', 'hunter/22', './hunter22', '/hunter/22', 'C:\\hunter22', 'hunter22\0'])(
    'a secret that was put into a _FILE variable is not shown: %j',
    (secret) => {
      const error = errorOf(sasl({ KAFKA_SASL_PASSWORD_FILE: secret }));
      expect(error.message).toContain(`set, ${secret.length} characters: `);
      expect(error.message).not.toContain('hunter');
    },
  );
});
