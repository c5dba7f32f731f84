import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ConfigError } from '../config-error.js';
import { kafkaFromEnv } from './kafka-from-env.js';
import { resolveOptions } from './resolve-options.js';

const required = { KAFKA_BROKERS: 'a:1', KAFKA_CLIENT_ID: 'shop', KAFKA_GROUP_ID: 'orders' };
/** Variables of the application that imports the package. */
const foreign = { LOG_LEVEL: 'verbose', PORT: '/tmp/sock', DATABASE_URL: 'mysql://db', NODE_ENV: 'staging' };

describe('options from the environment', () => {
  afterEach(() => void jest.restoreAllMocks());

  test('only options whose variables are set are returned from the environment', () => {
    const options = kafkaFromEnv({ env: { ...required, KAFKA_MAX_IN_FLIGHT: '5' } });
    expect(options).toEqual({ brokers: ['a:1'], clientId: 'shop', groupId: 'orders', maxInFlight: 5 });
    expect(resolveOptions(options).kafka.maxInFlight).toBe(5);
  });

  test('variables without the prefix are not read', () => {
    expect(kafkaFromEnv({ env: { ...required, ...foreign }, unknown: 'error' })).toMatchObject({
      groupId: 'orders',
    });
  });

  test('an unknown variable with the prefix causes a warning by default', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    kafkaFromEnv({ env: { ...required, KAFKA_TOPIC_ORDERS: 'orders', KAFKA_GROUP_IDS: 'x' } });
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(/^KAFKA_TOPIC_ORDERS is not read: there is no such variable/),
      'KAFKA_GROUP_IDS is not read: there is no such variable; did you mean KAFKA_GROUP_ID?',
    ]);
  });

  test('an unknown variable with the prefix is an error if the options say so', () => {
    const read = (): unknown => kafkaFromEnv({ env: { ...required, KAFKA_TOPIC: 't' }, unknown: 'error' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow('KAFKA_TOPIC');
  });

  test('another prefix replaces KAFKA_ in the names of variables, also in problems', () => {
    const env = { SHOP_BROKERS: 'a:1', SHOP_CLIENT_ID: 'shop', SHOP_GROUP_ID: 'orders', KAFKA_BROKERS: ':' };
    expect(kafkaFromEnv({ env, prefix: 'SHOP_' }).brokers).toEqual(['a:1']);
    const broken = { ...env, SHOP_SESSION_TIMEOUT_MS: '1000' };
    expect(() => kafkaFromEnv({ env: broken, prefix: 'SHOP_' })).toThrow(
      /SHOP_HEARTBEAT_INTERVAL_MS[\s\S]+or raise SHOP_SESSION_TIMEOUT_MS/,
    );
  });

  test('brokers, client id and group id must be set', () => {
    expect(() => kafkaFromEnv({ env: {} })).toThrow(
      /KAFKA_BROKERS[\s\S]+KAFKA_CLIENT_ID[\s\S]+KAFKA_GROUP_ID/,
    );
  });
});
