import { bearerToken, flag, publicHttpUrl, oneOf, secretText, text } from './kinds.js';
import { saslExtensions } from './sasl-extensions.js';
import { pem } from './pem.js';
import { optional, variable } from './variable.js';

/** Encryption and authentication of connections to the brokers. */
export const securityVariables = {
  KAFKA_SECURITY_PROTOCOL: variable(oneOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']), {
    description: 'Whether connections are encrypted (SSL) and authenticated (SASL)',
    default: 'PLAINTEXT',
  }),
  KAFKA_SSL_CA: optional(pem('CERTIFICATE'), {
    description: 'CA certificates that the certificates of the brokers are checked against',
    defaultInWords: "Node's built-in CA certificates",
    file: true,
  }),
  KAFKA_SSL_CERT: optional(pem('CERTIFICATE'), {
    description: 'Client certificate for mutual TLS; requires KAFKA_SSL_KEY',
    file: true,
  }),
  KAFKA_SSL_KEY: optional(pem('PRIVATE KEY'), {
    description: 'Private key of the client certificate; requires KAFKA_SSL_CERT',
    secret: true,
    file: true,
  }),
  KAFKA_SSL_KEY_PASSPHRASE: optional(secretText(), {
    description: 'Passphrase of an encrypted KAFKA_SSL_KEY',
    secret: true,
    file: true,
  }),
  KAFKA_SSL_REJECT_UNAUTHORIZED: variable(flag(), {
    description: 'Whether to reject brokers without a valid certificate; false is for development only',
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
      'Token for OAUTHBEARER; pass it as a file that is renewed, such as a projected service account token',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: optional(publicHttpUrl(), {
    description:
      'Token endpoint from which OAUTHBEARER gets its tokens with client credentials (RFC 6749, 4.4)',
  }),
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: optional(text(), {
    description: 'Client ID for the token endpoint',
  }),
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: optional(secretText(), {
    description: 'Client secret for the token endpoint',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_OAUTHBEARER_SCOPE: optional(text(), {
    description: 'Scope to request from the token endpoint',
  }),
  KAFKA_SASL_OAUTHBEARER_EXTENSIONS: optional(saslExtensions(), {
    description:
      'SASL extensions that are sent with the token (RFC 7628), such as logicalCluster and identityPoolId for Confluent Cloud',
  }),
};
