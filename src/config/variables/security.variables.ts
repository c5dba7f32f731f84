import { flag, oneOf, secretText, text } from './kinds.js';
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
  KAFKA_SASL_MECHANISM: optional(oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']), {
    description: 'How this client authenticates; required with SASL',
  }),
  KAFKA_SASL_USERNAME: optional(secretText(), {
    description: 'User name or API key; required with SASL',
    secret: true,
    file: true,
  }),
  KAFKA_SASL_PASSWORD: optional(secretText(), {
    description: 'Password or API secret; required with SASL',
    secret: true,
    file: true,
  }),
};
