import { describe, expect, it } from '@jest/globals';
import { errorOf } from './testing/error-of.js';

const DURATION = 'whole number of ms, 1 to 86400000';
const BROKERS = 'host:port, several with commas between them, port 1 to 65535';
const LEVELS = 'fatal, error, warn, info, debug, trace, silent';
const PROTOCOLS = 'PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL';

/** A variable, its text, the accepted values in the message, and the hint. */
const bad: readonly (readonly [string, string, string, string])[] = [
  ['KAFKA_BROKERS', 'kafka', BROKERS, 'add the port, such as kafka:9092'],
  ['KAFKA_BROKERS', 'a:', BROKERS, 'add the port, such as a:9092'],
  ['KAFKA_BROKERS', 'a:0', BROKERS, 'correct the port of a'],
  ['KAFKA_BROKERS', 'a:65536', BROKERS, 'correct the port of a'],
  ['KAFKA_BROKERS', 'a:9o92', BROKERS, 'correct the port of a'],
  ['KAFKA_BROKERS', 'a:1,,b:2', BROKERS, 'remove the comma'],
  ['KAFKA_BROKERS', 'a:1 b:2', BROKERS, 'then one colon and the port'],
  ['KAFKA_BROKERS', '[::1]:9092', BROKERS, 'an IPv4 address'],
  ['KAFKA_BROKERS', ':9092', BROKERS, 'before the colon'],
  ['KAFKA_BROKERS', 'SSL://a:1', BROKERS, 'KAFKA_SECURITY_PROTOCOL'],
  ['KAFKA_GROUP_ID', '"orders"', 'text of 1 to 255', 'remove the quotes around it'],
  ['KAFKA_GROUP_ID', "'orders'", 'text of 1 to 255', 'remove the quotes around it'],
  ['KAFKA_GROUP_ID', 'orders\u200b-v2', 'text of 1 to 255', 'the invisible character U+200B at position 7'],
  ['KAFKA_CLIENT_ID', 'a\u00a0b', 'text of 1 to 255', 'the invisible character U+00A0 at position 2'],
  ['KAFKA_BROKERS', '"kafka:9092"', BROKERS, 'remove the quotes around it'],
  ['KAFKA_SESSION_TIMEOUT_MS', '"30000"', DURATION, 'remove the quotes around it'],
  ['KAFKA_CLIENT_ID', 'a\nb', 'on one line', 'remove the control characters'],
  ['KAFKA_AUTO_OFFSET_RESET', 'erliest', 'earliest, latest, none', 'did you mean earliest?'],
  ['KAFKA_ENABLE_AUTO_COMMIT', 'yes', 'true, false, 1, 0', 'write true or false'],
  ['KAFKA_AUTO_COMMIT_INTERVAL_MS', '5s', DURATION, 'write it in milliseconds without a unit: 5000'],
  ['KAFKA_SESSION_TIMEOUT_MS', '-1', DURATION, 'raise it to 1 ms or more'],
  ['KAFKA_HEARTBEAT_INTERVAL_MS', '0', DURATION, 'raise it to 1 ms or more'],
  ['KAFKA_REBALANCE_TIMEOUT_MS', '1 min', DURATION, 'without a unit: 60000'],
  ['KAFKA_FETCH_MAX_WAIT_MS', '0.5', DURATION, 'digits only'],
  ['KAFKA_FETCH_MAX_BYTES', '10MB', 'whole number of bytes, 1 to 2147483647', 'digits only'],
  ['KAFKA_FETCH_MAX_BYTES_PER_PARTITION', '2147483648', '1 to 2147483647', 'lower it to 2147483647 bytes'],
  ['KAFKA_MAX_IN_FLIGHT', 'many', 'whole number of records, 1 to 10000000', 'digits only'],
  ['KAFKA_MAX_IN_FLIGHT_BYTES', '9'.repeat(40), 'whole number of bytes', 'lower it to 1099511627776 bytes'],
  [
    'KAFKA_ISOLATION_LEVEL',
    'read-committed',
    'read_committed, read_uncommitted',
    'did you mean read_committed?',
  ],
  ['KAFKA_TOPIC_REFRESH_MS', '1', 'whole number of ms, 100 to 86400000', 'raise it to 100 ms or more'],
  ['KAFKA_STUCK_AFTER_MS', '1e5', DURATION, 'digits only'],
  ['KAFKA_CONNECTION_TIMEOUT_MS', '0x10', DURATION, 'digits only'],
  ['KAFKA_REQUEST_TIMEOUT_MS', '86400001', DURATION, 'lower it to 86400000 ms or less'],
  ['KAFKA_SECURITY_PROTOCOL', 'SASL-SSL', PROTOCOLS, 'did you mean SASL_SSL?'],
  ['KAFKA_SECURITY_PROTOCOL', 'TLSv1.2', PROTOCOLS, 'write one of the accepted words'],
  ['PORT', '65536', 'whole number, 0 to 65535', 'lower it to 65535 or less'],
  ['PORT', 'http', 'whole number, 0 to 65535', 'digits only'],
  ['SHUTDOWN_TIMEOUT_MS', '25s', DURATION, 'without a unit: 25000'],
  ['LOG_LEVEL', 'verbose', LEVELS, 'write one of the accepted words'],
  ['LOG_FORMAT', 'jsn', 'json, pretty', 'did you mean json?'],
  ['DATABASE_POOL_SIZE', '0', 'whole number of connections, 1 to 1000', 'raise it to 1 connections or more'],
  ['DATABASE_STATEMENT_TIMEOUT_MS', '30s', DURATION, 'without a unit: 30000'],
  ['IDEMPOTENCY_TTL_HOURS', '14d', 'whole number of hours, 1 to 87600', 'digits only'],
];

/** URLs whose problem must be reported without showing them, since each may contain a password. */
const badUrls: readonly (readonly [string, string])[] = [
  ['mysql://app:pa55@db/shop', 'begin it with postgres:// or postgresql://'],
  ['postgres://app:pa55@db', 'name the database after the host'],
  ['postgres://app:pa55#@db:5432/shop', 'percent-encode special characters in the password'],
];

describe('a bad value', () => {
  it.each(bad)(
    'the invalid value %s=%s is rejected, and the message says what is accepted',
    (variable, text, accepts, hint) => {
      const error = errorOf({ [variable]: text });
      const got = JSON.stringify(text);
      expect(error.problems).toEqual([
        { variable, got, accepts: expect.stringContaining(accepts), hint: expect.stringContaining(hint) },
      ]);
      for (const part of [variable, got, accepts, hint]) expect(error.message).toContain(part);
    },
  );

  it('a long invalid value is truncated in the message', () => {
    const [problem] = errorOf({ KAFKA_GROUP_ID: 'g'.repeat(5000) }).problems;
    expect(problem).toMatchObject({
      got: `"${'g'.repeat(80)}" and so on, 5000 characters`,
      hint: 'shorten it to 255 characters',
    });
  });

  it('an invalid value that may contain credentials is not shown', () => {
    const error = errorOf({ KAFKA_BROKERS: 'kafka://ada:hunter22@a:1' });
    expect(error.message).toContain('got:     set, 24 characters');
    expect(error.message).toContain('KAFKA_SASL_PASSWORD');
    expect(error.message).not.toContain('hunter22');
  });

  it.each([
    ['hunter22', 'use a longer one'],
    ['hunter22 hunter22', 'letters, digits and'],
    ['hunter22'.repeat(2049), 'shorten it'],
  ])('an invalid OPS_TOKEN is rejected and not shown: %s', (token, hint) => {
    const error = errorOf({ OPS_TOKEN: token });
    expect(error.problems).toEqual([
      expect.objectContaining({ variable: 'OPS_TOKEN', got: `set, ${token.length} characters` }),
    ]);
    expect(error.message).toContain(hint);
    expect(error.message).not.toContain('hunter22');
  });

  it('all invalid values are reported in one message', () => {
    const error = errorOf({
      PORT: 'http',
      KAFKA_BROKERS: 'kafka',
      KAFKA_SESSION_TIMEOUT_MS: '5s',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: 'ada',
      KAFKA_SASL_PASWORD: 'hunter22',
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatchInlineSnapshot(`
      "The configuration has 5 problems:

        PORT
          got:     "http"
          accepts: whole number, 0 to 65535
          do:      write a whole number in digits only

        KAFKA_BROKERS
          got:     "kafka"
          accepts: host:port, several with commas between them, port 1 to 65535
          do:      add the port, such as kafka:9092

        KAFKA_SESSION_TIMEOUT_MS
          got:     "5s"
          accepts: whole number of ms, 1 to 86400000
          do:      write it in milliseconds without a unit: 5000

        KAFKA_SASL_PASSWORD
          got:     not set
          accepts: text
          do:      set it, since KAFKA_SECURITY_PROTOCOL is SASL_SSL

        KAFKA_SASL_PASWORD
          got:     set, 8 characters
          accepts: no such variable
          do:      did you mean KAFKA_SASL_PASSWORD?

      Every variable is described in .env.example and in docs/configuration.md."
    `);
  });

  it.each(badUrls)('the invalid DATABASE_URL=%s is rejected, and its password is not shown', (text, hint) => {
    const error = errorOf({ DATABASE_URL: text });
    expect(error.problems).toEqual([
      expect.objectContaining({ variable: 'DATABASE_URL', hint: expect.stringContaining(hint) }),
    ]);
    expect(error.message).not.toContain('pa55');
  });
});
