import { bearerToken, flag, publicHttpUrl, oneOf, secretText, text } from './kinds.js';
import { pem } from './pem.js';
import { optional, variable } from './variable.js';

/** Encryption and authentication towards the brokers. */
export const securityVariables = {
  KAFKA_SECURITY_PROTOCOL: variable(oneOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']), {
    description: 'Whether connections are encrypted (SSL) and authenticated (SASL)',
    default: 'PLAINTEXT',
  }),
  KAFKA_SSL_CA: optional(pem('CERTIFICATE'), {
    description: 'Certificates of the authorities that vouch for the brokers',
    defaultInWords: "Node's own authorities",
    file: true,
  }),
  KAFKA_SSL_CERT: optional(pem('CERTIFICATE'), {
    description: 'Certificate of this client, for mutual TLS; goes with KAFKA_SSL_KEY',
    file: true,
  }),
  KAFKA_SSL_KEY: optional(pem('PRIVATE KEY'), {
    description: 'Private key of this client; goes with KAFKA_SSL_CERT',
    secret: true,
    file: true,
  }),
  KAFKA_SSL_KEY_PASSPHRASE: optional(secretText(), {
    description: 'Passphrase of an encrypted KAFKA_SSL_KEY',
    secret: true,
    file: true,
  }),
  KAFKA_SSL_REJECT_UNAUTHORIZED: variable(flag(), {
    description: 'Whether a broker without a valid certificate is refused; false is for development only',
    default: 'true',
  }),
  KAFKA_SSL_SERVERNAME: optional(text(), {
    description: 'Host name expected in the certificates of the brokers',
    defaultInWords: 'the host name of the broker',
  }),
  KAFKA_SASL_MECHANISM: optional(oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']), {
    description: 'How this client authenticates; required with SASL',
  }),
  KAFKA_SASL_USERNAME: optional(secretText(), {
    description: 'User name or API key; required with PLAIN and SCRAM',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_PASSWORD: optional(secretText(), {
    description: 'Password or API secret; required with PLAIN and SCRAM',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_OAUTHBEARER_TOKEN: optional(bearerToken(16_384), {
    description:
      'Token of OAUTHBEARER; give it as a file that is kept current, such as a projected service account token',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: optional(publicHttpUrl(), {
    description: 'Where OAUTHBEARER gets its tokens by client credentials (RFC 6749, 4.4) instead',
  }),
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: optional(text(), {
    description: 'Who this client is to the token endpoint',
  }),
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: optional(secretText(), {
    description: 'Secret of this client for the token endpoint',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_OAUTHBEARER_SCOPE: optional(text(), {
    description: 'What the token is to be good for, in the words of the token endpoint',
  }),
};
