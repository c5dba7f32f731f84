import { describe, expect, it } from '@jest/globals';
import { errorOf } from './testing/error-of.js';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
const TLS = { KAFKA_SECURITY_PROTOCOL: 'SSL' };
const SASL = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_SASL_USERNAME: 'ada',
  KAFKA_SASL_PASSWORD: 'hunter22',
};
const SESSION = 'KAFKA_SESSION_TIMEOUT_MS, which is 30000';
const MECHANISMS = 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER';
const BEARER = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' };
const TOKEN = 'hunter22-hunter22';
const CLIENT = {
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://idp/token',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'ada',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'hunter22',
};

type Case = readonly [
  because: string,
  env: NodeJS.ProcessEnv,
  problem: readonly [variable: string, got: string, accepts: string, hint: string],
];

const cases: readonly Case[] = [
  [
    'production has no group id of its own',
    { NODE_ENV: 'production' },
    ['KAFKA_GROUP_ID', 'not set', 'text of 1 to 255', 'no other service'],
  ],
  [
    'the default heartbeat interval is not less than a short session timeout',
    { KAFKA_SESSION_TIMEOUT_MS: '3000' },
    [
      'KAFKA_HEARTBEAT_INTERVAL_MS',
      '"3000" (the default)',
      'KAFKA_SESSION_TIMEOUT_MS, which is 3000',
      'lower it',
    ],
  ],
  [
    'the heartbeat interval is not less than the session timeout',
    { KAFKA_HEARTBEAT_INTERVAL_MS: '30000' },
    ['KAFKA_HEARTBEAT_INTERVAL_MS', '"30000"', `less than ${SESSION}`, 'a third'],
  ],
  [
    'a fetch may wait for longer than a third of the session timeout',
    { KAFKA_FETCH_MAX_WAIT_MS: '10001' },
    ['KAFKA_FETCH_MAX_WAIT_MS', '"10001"', `a third of ${SESSION}`, 'lower it to 10000'],
  ],
  [
    'the rebalance timeout is less than the session timeout',
    { KAFKA_REBALANCE_TIMEOUT_MS: '29999' },
    ['KAFKA_REBALANCE_TIMEOUT_MS', '"29999"', `not less than ${SESSION}`, 'raise it to 30000'],
  ],
  [
    'a password would be ignored',
    { KAFKA_SASL_PASSWORD: 'hunter22' },
    ['KAFKA_SASL_PASSWORD', 'set, 8 characters', 'it is PLAINTEXT', 'set KAFKA_SECURITY_PROTOCOL=SASL_SSL'],
  ],
  [
    'a mechanism would be ignored',
    { ...TLS, KAFKA_SASL_MECHANISM: 'PLAIN' },
    ['KAFKA_SASL_MECHANISM', '"PLAIN"', 'it is SSL', 'or remove KAFKA_SASL_MECHANISM'],
  ],
  [
    'a CA certificate would be ignored',
    { KAFKA_SSL_CA: CERTIFICATE },
    [
      'KAFKA_SSL_CA',
      'set, 58 characters',
      'is SSL or SASL_SSL; it is PLAINTEXT',
      'set KAFKA_SECURITY_PROTOCOL=SSL,',
    ],
  ],
  [
    'verification would be ignored',
    { ...SASL, KAFKA_SSL_REJECT_UNAUTHORIZED: 'true' },
    [
      'KAFKA_SSL_REJECT_UNAUTHORIZED',
      '"true"',
      'it is SASL_PLAINTEXT',
      'set KAFKA_SECURITY_PROTOCOL=SASL_SSL,',
    ],
  ],
  [
    'SASL has no user',
    { ...SASL, KAFKA_SASL_USERNAME: '' },
    ['KAFKA_SASL_USERNAME', 'not set', 'text', 'set it, since'],
  ],
  [
    'SASL has no password',
    { ...SASL, KAFKA_SASL_PASSWORD: ' ' },
    ['KAFKA_SASL_PASSWORD', 'not set', 'text', 'set it, since'],
  ],
  [
    'SASL has no mechanism',
    { ...SASL, KAFKA_SASL_MECHANISM: undefined },
    ['KAFKA_SASL_MECHANISM', 'not set', MECHANISMS, 'set it, since'],
  ],
  [
    'kafkajs does not support the mechanism',
    { ...SASL, KAFKA_SASL_MECHANISM: 'GSSAPI' },
    ['KAFKA_SASL_MECHANISM', '"GSSAPI"', MECHANISMS, 'one of the accepted'],
  ],
  [
    'OAUTHBEARER has neither a token nor a token endpoint',
    BEARER,
    ['KAFKA_SASL_OAUTHBEARER_TOKEN', 'not set', 'either KAFKA_SASL_OAUTHBEARER_TOKEN or', '_TOKEN_FILE or'],
  ],
  [
    'OAUTHBEARER has both a token and a token endpoint',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_TOKEN: TOKEN },
    ['KAFKA_SASL_OAUTHBEARER_TOKEN', 'set, 17 characters', 'either', 'remove one of the two'],
  ],
  [
    'a token endpoint has no client id',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_CLIENT_ID: undefined },
    [
      'KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
      'not set',
      'text',
      'since KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
    ],
  ],
  [
    'a token endpoint has no client secret',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: undefined },
    [
      'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
      'not set',
      'text',
      'since KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT',
    ],
  ],
  [
    'a scope has no token endpoint',
    { ...BEARER, KAFKA_SASL_OAUTHBEARER_TOKEN: TOKEN, KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka' },
    ['KAFKA_SASL_OAUTHBEARER_SCOPE', '"kafka"', 'text', 'or remove KAFKA_SASL_OAUTHBEARER_SCOPE'],
  ],
  ...(
    [
      ['logicalCluster', 'write name=value'],
      ['a=1,', 'write name=value'],
      ['a1=b', 'write name=value'],
      ['auth=x', 'remove auth'],
      ['a=1,a=2', 'name a only once'],
      ['a=', 'give a a value'],
    ] as const
  ).map(([extensions, hint]): Case => [
    `the SASL extensions are ${extensions}`,
    { ...BEARER, KAFKA_SASL_OAUTHBEARER_TOKEN: TOKEN, KAFKA_SASL_OAUTHBEARER_EXTENSIONS: extensions },
    ['KAFKA_SASL_OAUTHBEARER_EXTENSIONS', `"${extensions}"`, 'name=value', hint],
  ]),
  [
    'SASL extensions are set with a password',
    { ...SASL, KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'a=1' },
    ['KAFKA_SASL_OAUTHBEARER_EXTENSIONS', '"a=1"', 'nothing while', 'remove it'],
  ],
  [
    'a client secret would be sent over plain HTTP',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'http://idp/token' },
    ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', '"http://idp/token"', 'URL of http', 'write https://'],
  ],
  [
    'the token endpoint is not a URL',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'idp/token' },
    ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', '"idp/token"', 'URL of http', 'write a URL'],
  ],
  [
    'the token endpoint contains a password',
    { ...BEARER, ...CLIENT, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://ada:hunter22@idp/token' },
    ['KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', 'set, 30 characters', 'URL of http', 'credentials'],
  ],
  [
    'a token would be ignored',
    { ...SASL, KAFKA_SASL_OAUTHBEARER_TOKEN: TOKEN },
    ['KAFKA_SASL_OAUTHBEARER_TOKEN', 'set, 17 characters', 'KAFKA_SASL_MECHANISM is PLAIN', 'remove it'],
  ],
  [
    'a user name would be ignored',
    { ...BEARER, KAFKA_SASL_OAUTHBEARER_TOKEN: TOKEN, KAFKA_SASL_USERNAME: 'ada' },
    ['KAFKA_SASL_USERNAME', 'set, 3 characters', 'KAFKA_SASL_MECHANISM is OAUTHBEARER', 'remove it'],
  ],
  [
    'a certificate has no key',
    { ...TLS, KAFKA_SSL_CERT: CERTIFICATE },
    ['KAFKA_SSL_KEY', 'not set', 'BEGIN PRIVATE KEY', 'since KAFKA_SSL_CERT is set'],
  ],
  [
    'a key has no certificate',
    { ...TLS, KAFKA_SSL_KEY: KEY },
    ['KAFKA_SSL_CERT', 'not set', 'BEGIN CERTIFICATE', 'since KAFKA_SSL_KEY is set'],
  ],
  [
    'a passphrase has no key',
    { ...TLS, KAFKA_SSL_KEY_PASSPHRASE: 'hunter22' },
    ['KAFKA_SSL_KEY', 'not set', 'BEGIN PRIVATE KEY', 'or remove KAFKA_SSL_KEY_PASSPHRASE'],
  ],
  [
    'a path is given instead of PEM',
    { ...TLS, KAFKA_SSL_CA: '/etc/ca.pem' },
    ['KAFKA_SSL_CA', '"/etc/ca.pem"', 'PEM text', '_FILE'],
  ],
  [
    'a key is given instead of a certificate',
    { ...TLS, KAFKA_SSL_CA: KEY },
    ['KAFKA_SSL_CA', 'set, 58 characters', 'BEGIN CERTIFICATE', 'PEM of another type'],
  ],
  [
    'a key is not PEM',
    { ...TLS, KAFKA_SSL_CERT: CERTIFICATE, KAFKA_SSL_KEY: 'hunter22' },
    ['KAFKA_SSL_KEY', 'set, 8 characters', 'BEGIN PRIVATE KEY', '_FILE'],
  ],
  [
    'PEM has lost its line breaks',
    { ...TLS, KAFKA_SSL_CA: CERTIFICATE.replaceAll('\n', ' ') },
    ['KAFKA_SSL_CA', 'set, 58 characters', 'PEM text', 'keep the line breaks'],
  ],
  [
    'a server name is not one line',
    { ...TLS, KAFKA_SSL_SERVERNAME: 'a\tb' },
    ['KAFKA_SSL_SERVERNAME', '"a\\tb"', 'on one line', 'control characters'],
  ],
];

describe('combinations of variables', () => {
  it.each(cases)('a configuration is rejected when %s', (_because, env, [variable, got, accepts, hint]) => {
    const error = errorOf(env);
    expect(error.problems).toEqual([
      { variable, got, accepts: expect.stringContaining(accepts), hint: expect.stringContaining(hint) },
    ]);
    for (const part of [variable, got, accepts, hint]) expect(error.message).toContain(part);
    expect(error.message).not.toMatch(/hunter22|MII/);
  });

  it('a variable that is invalid by itself is reported only for that', () => {
    const { problems } = errorOf({ KAFKA_SECURITY_PROTOCOL: 'SAS_SSL', KAFKA_SASL_PASSWORD: 'hunter22' });
    expect(problems.map(({ variable }) => variable)).toEqual(['KAFKA_SECURITY_PROTOCOL']);
  });

  it('with TLS and SASL settings but plain text, every hint names the one protocol that uses both', () => {
    const { problems } = errorOf({ ...SASL, KAFKA_SECURITY_PROTOCOL: '', KAFKA_SSL_SERVERNAME: 'kafka' });
    expect(problems).toHaveLength(4);
    for (const { hint } of problems) expect(hint).toContain('set KAFKA_SECURITY_PROTOCOL=SASL_SSL,');
  });
});
