import type { SaslConfig, SecretFiles, TlsConfig } from './config.js';
import type { Files } from './reading/read-variables.js';
import { usesSasl, usesTls } from './rules/security-protocol.js';
import type { Values, VariableName } from './variables/environment.js';

const PASSWORD_MECHANISMS = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;

/** The variables whose files are read again while the service runs, by configuration field. */
export const SECRET_VARIABLES = {
  ca: 'KAFKA_SSL_CA',
  cert: 'KAFKA_SSL_CERT',
  key: 'KAFKA_SSL_KEY',
  passphrase: 'KAFKA_SSL_KEY_PASSPHRASE',
  username: 'KAFKA_SASL_USERNAME',
  password: 'KAFKA_SASL_PASSWORD',
  token: 'KAFKA_SASL_OAUTHBEARER_TOKEN',
  clientSecret: 'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
} as const satisfies Record<string, VariableName>;

/** A configuration field that may be read from a file. */
export type SecretField = keyof typeof SECRET_VARIABLES;

/** @returns undefined if the protocol does not use TLS */
export function toTlsConfig(values: Values, files: Files): TlsConfig | undefined {
  if (!usesTls(values.KAFKA_SECURITY_PROTOCOL)) return undefined;
  const { KAFKA_SSL_CA, KAFKA_SSL_CERT, KAFKA_SSL_KEY, KAFKA_SSL_KEY_PASSPHRASE, KAFKA_SSL_SERVERNAME } =
    values;
  return {
    rejectUnauthorized: values.KAFKA_SSL_REJECT_UNAUTHORIZED,
    ...(KAFKA_SSL_CA !== undefined && { ca: KAFKA_SSL_CA }),
    ...(KAFKA_SSL_CERT !== undefined && { cert: KAFKA_SSL_CERT }),
    ...(KAFKA_SSL_KEY !== undefined && { key: KAFKA_SSL_KEY }),
    ...(KAFKA_SSL_KEY_PASSPHRASE !== undefined && { passphrase: KAFKA_SSL_KEY_PASSPHRASE }),
    ...(KAFKA_SSL_SERVERNAME !== undefined && { servername: KAFKA_SSL_SERVERNAME }),
    files: filesOf(['ca', 'cert', 'key', 'passphrase'], files),
  };
}

/** @returns undefined if the protocol does not use SASL; the rules have already rejected incomplete SASL settings */
export function toSaslConfig(values: Values, files: Files): SaslConfig | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = values;
  if (!usesSasl(values.KAFKA_SECURITY_PROTOCOL) || mechanism === undefined) return undefined;
  if (mechanism === 'OAUTHBEARER') return toBearerConfig(values, files);
  if (KAFKA_SASL_USERNAME === undefined || KAFKA_SASL_PASSWORD === undefined) return undefined;
  return {
    mechanism: PASSWORD_MECHANISMS[mechanism],
    username: KAFKA_SASL_USERNAME,
    password: KAFKA_SASL_PASSWORD,
    files: filesOf(['username', 'password'], files),
  };
}

function toBearerConfig(values: Values, files: Files): SaslConfig | undefined {
  const {
    KAFKA_SASL_OAUTHBEARER_TOKEN: token,
    KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: endpoint,
    KAFKA_SASL_OAUTHBEARER_CLIENT_ID: clientId,
    KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: clientSecret,
    KAFKA_SASL_OAUTHBEARER_SCOPE: scope,
    KAFKA_SASL_OAUTHBEARER_EXTENSIONS: extensions,
  } = values;
  const common = { mechanism: 'oauthbearer', ...(extensions && { extensions }) } as const;
  if (token !== undefined) return { ...common, token, files: filesOf(['token'], files) };
  if (endpoint === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return {
    ...common,
    endpoint,
    clientId,
    clientSecret,
    ...(scope !== undefined && { scope }),
    files: filesOf(['clientSecret'], files),
  };
}

function filesOf<Field extends SecretField>(fields: readonly Field[], files: Files): SecretFiles<Field> {
  const found: Partial<Record<Field, string>> = {};
  for (const field of fields) {
    const path = files.get(SECRET_VARIABLES[field]);
    if (path !== undefined) found[field] = path;
  }
  return found;
}
