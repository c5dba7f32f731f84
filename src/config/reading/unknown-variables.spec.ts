import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../load-config.js';
import { errorOf } from '../testing/error-of.js';

describe('an unknown variable', () => {
  it.each([
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_GROUPID', 'KAFKA_GROUP_ID'],
    ['KAFKA_SESION_TIMEOUT_MS', 'KAFKA_SESSION_TIMEOUT_MS'],
    ['KAFKA_SASL_PASWORD_FILE', 'KAFKA_SASL_PASSWORD_FILE'],
    ['KAFKA_SSL_REJECT_UNAUTHORISED', 'KAFKA_SSL_REJECT_UNAUTHORIZED'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'],
  ])('the unknown variable %s is a problem, and %s is suggested', (variable, meant) => {
    expect(errorOf({ [variable]: 'hunter22' }).problems).toEqual([
      { variable, got: 'set, 8 characters', accepts: 'no such variable', hint: `did you mean ${meant}?` },
    ]);
  });

  it('a _FILE variable of a setting that is not a secret is a problem', () => {
    const [problem] = errorOf({ KAFKA_BROKERS_FILE: '/run/brokers' }).problems;
    expect(problem?.hint).toBe('set KAFKA_BROKERS itself; only secrets and PEM are read from files');
  });

  it('an unknown variable without a similar name is a problem without a suggestion', () => {
    const [problem] = errorOf({ KAFKA_FAVOURITE_AUTHOR: 'Franz' }).problems;
    expect(problem?.hint).toBe('remove it');
  });

  it('an unknown variable that is empty is not a problem', () => {
    expect(() => loadConfig({ KAFKA_BROKER: '' })).not.toThrow();
  });

  it('variables that Kubernetes injects for a Service named kafka or kafka-something are not a problem', () => {
    const address = 'tcp://10.0.0.1:9092';
    const injected = {
      KAFKA_SERVICE_HOST: '10.0.0.1',
      KAFKA_SERVICE_PORT: '9092',
      KAFKA_SERVICE_PORT_TCP_CLIENT: '9092',
      KAFKA_PORT: address,
      KAFKA_PORT_9092_TCP: address,
      KAFKA_PORT_9092_TCP_ADDR: '10.0.0.1',
      KAFKA_PORT_9092_TCP_PORT: '9092',
      KAFKA_PORT_9092_TCP_PROTO: 'tcp',
      KAFKA_UI_SERVICE_HOST: '10.0.0.2',
      KAFKA_UI_PORT: address,
      KAFKA_UI_PORT_8080_TCP_ADDR: '10.0.0.2',
    };
    expect(() => loadConfig(injected)).not.toThrow();
  });

  it('variables of kafkajs or of an installed Kafka are not a problem', () => {
    const foreign = {
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      KAFKA_HOME: '/opt/kafka',
      KAFKA_OPTS: '-Da=b',
      KAFKA_HEAP_OPTS: '-Xmx1g',
    };
    expect(() => loadConfig(foreign)).not.toThrow();
  });
});
