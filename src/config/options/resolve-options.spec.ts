import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../config-error.js';
import { loadConfig } from '../load-config.js';
import type { Host } from '../reading/host.js';
import type { KafkaModuleOptions } from './kafka-options.js';
import { optionsOf, resolveOptions } from './resolve-options.js';

const required = { brokers: ['kafka:9092'], clientId: 'shop', groupId: 'orders' };
const host: Host = { readFile: () => 'from-file', exists: () => true, isTerminal: false };

/** The problems of options, as `option: hint`. */
function problemsOf(options: object): string[] {
  try {
    resolveOptions(options as KafkaModuleOptions);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ variable, hint }) => `${variable}: ${hint}`);
    throw error;
  }
  return [];
}

describe('options of KafkaModule', () => {
  test('omitted options have the defaults of the environment variables', () => {
    const { kafka, shutdownTimeoutMs } = resolveOptions(required);
    const defaults = loadConfig({});
    expect(kafka).toEqual({ ...defaults.kafka, ...required });
    expect(shutdownTimeoutMs).toBe(defaults.shutdownTimeoutMs);
  });

  test('options of every kind are applied', () => {
    const config = resolveOptions({
      ...required,
      maxInFlight: 7,
      enableAutoCommit: false,
      isolationLevel: 'read_uncommitted',
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: ' p,w ' },
      database: { url: 'postgres://db/shop', poolSize: 3 },
      idempotency: { ttlHours: 2 },
    });
    expect(config.kafka).toMatchObject({
      maxInFlight: 7,
      enableAutoCommit: false,
      isolationLevel: 'read_uncommitted',
      ssl: { rejectUnauthorized: true },
      sasl: { mechanism: 'scram-sha-512', username: 'u' },
    });
    expect(config.database).toMatchObject({ url: 'postgres://db/shop', poolSize: 3, embeddedAllowed: false });
    expect(config.idempotency.ttlMs).toBe(7_200_000);
    expect(Object.isFrozen(config.kafka)).toBe(true);
  });

  test('a configuration from the environment can be converted to options and back', () => {
    const config = loadConfig(
      {
        KAFKA_BROKERS: 'a:1,b:2',
        KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD_FILE: '/run/secret',
      },
      host,
    );
    const { kafka, shutdownTimeoutMs, database, idempotency } = config;
    expect(resolveOptions(optionsOf(config), host)).toEqual({
      kafka,
      shutdownTimeoutMs,
      database,
      idempotency,
    });
  });

  test('brokers, client id and group id have no default', () => {
    expect(problemsOf({ groupId: undefined })).toEqual([
      'brokers: set it: it has no default',
      'clientId: set it: it has no default',
      'groupId: set it: it has no default',
    ]);
  });

  test('the error of a misspelt option suggests the right name', () => {
    expect(problemsOf({ ...required, groupID: 'x' })).toEqual(['groupID: did you mean groupId?']);
  });

  test('a problem of options names options, not environment variables', () => {
    expect(problemsOf({ ...required, sessionTimeoutMs: 1_000, maxInFlight: 0 })).toEqual([
      'maxInFlight: raise it to 1 records or more',
      'heartbeatIntervalMs: lower it to a third of the session timeout, or raise sessionTimeoutMs',
      'fetchMaxWaitMs: lower it to 333 or less, or raise sessionTimeoutMs',
    ]);
    expect(() => resolveOptions({ ...required, maxInFlight: 0 })).toThrow(
      'The options of KafkaModule have 1',
    );
  });
});
