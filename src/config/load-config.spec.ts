import { describe, expect, it } from '@jest/globals';
import { loadConfig } from './load-config.js';
import { thisHost } from './reading/host.js';
import { describeVariables } from './variables/environment.js';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
const terminal = { ...thisHost, isTerminal: true };
const noTerminal = { ...thisHost, isTerminal: false };

describe('loadConfig', () => {
  it('loadConfig returns every default for an empty environment', () => {
    expect(loadConfig({}, noTerminal)).toEqual({
      kafka: {
        brokers: ['127.0.0.1:9092'],
        clientId: 'nestjs-kafka-consumer',
        groupId: 'nestjs-kafka-consumer',
        groupProtocol: 'classic',
        autoOffsetReset: 'earliest',
        enableAutoCommit: true,
        autoCommitIntervalMs: 5000,
        sessionTimeoutMs: 30_000,
        heartbeatIntervalMs: 3000,
        rebalanceTimeoutMs: 60_000,
        fetchMaxWaitMs: 500,
        fetchMaxBytes: 10_485_760,
        fetchMaxBytesPerPartition: 524_288,
        maxInFlight: 10_000,
        maxInFlightBytes: 67_108_864,
        maxUnpackedBatchBytes: 67_108_864,
        isolationLevel: 'read_committed',
        topicRefreshMs: 30_000,
        correctTopicSettings: true,
        lagRefreshMs: 10_000,
        stuckAfterMs: 60_000,
        connectionTimeoutMs: 3000,
        requestTimeoutMs: 30_000,
        ssl: undefined,
        sasl: undefined,
      },
      http: { port: 3000 },
      ops: { token: undefined },
      shutdownTimeoutMs: 25_000,
      database: {
        url: undefined,
        embeddedAllowed: true,
        embeddedDir: undefined,
        poolSize: 10,
        connectTimeoutMs: 5000,
        statementTimeoutMs: 30_000,
        idleInTransactionTimeoutMs: 60_000,
      },
      idempotency: { ttlMs: 1_209_600_000 },
      tracing: undefined,
      log: { level: 'info', format: 'json' },
    });
  });

  it('loadConfig treats an empty variable as not set', () => {
    const empty = Object.fromEntries(describeVariables().map(({ name }) => [name, '  ']));
    expect(loadConfig(empty, noTerminal)).toEqual(loadConfig({}, noTerminal));
  });

  it('loadConfig trims values and the brokers of a list', () => {
    const config = loadConfig({ KAFKA_BROKERS: ' a:1 , b.c:2 ', KAFKA_GROUP_ID: ' g ', PORT: ' 0 ' });
    expect(config).toMatchObject({ kafka: { brokers: ['a:1', 'b.c:2'], groupId: 'g' }, http: { port: 0 } });
  });

  it('loadConfig uses the group id exactly as given', () => {
    expect(loadConfig({ KAFKA_GROUP_ID: 'Pay Roll/2.1' }).kafka.groupId).toBe('Pay Roll/2.1');
  });

  it.each([
    ['TRUE', true],
    ['1', true],
    ['False', false],
    ['0', false],
  ])('loadConfig reads the boolean %s as %s', (text, expected) => {
    expect(loadConfig({ KAFKA_ENABLE_AUTO_COMMIT: text }).kafka.enableAutoCommit).toBe(expected);
  });

  it('loadConfig reads words in any case', () => {
    const config = loadConfig({ LOG_LEVEL: 'WARN', KAFKA_AUTO_OFFSET_RESET: 'None', LOG_FORMAT: 'Pretty' });
    expect(config).toMatchObject({
      log: { level: 'warn', format: 'pretty' },
      kafka: { autoOffsetReset: 'none' },
    });
  });

  it('the default configuration is plain text without credentials', () => {
    expect(loadConfig({ KAFKA_SECURITY_PROTOCOL: 'plaintext' }).kafka).toMatchObject({
      ssl: undefined,
      sasl: undefined,
    });
  });

  it('brokers are verified by default if TLS is used', () => {
    expect(loadConfig({ KAFKA_SECURITY_PROTOCOL: 'SSL' }).kafka).toMatchObject({
      ssl: { rejectUnauthorized: true },
      sasl: undefined,
    });
  });

  it('loadConfig accepts TLS together with SASL, and line breaks of PEM written as \\n', () => {
    const { ssl, sasl } = loadConfig({
      KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
      KAFKA_SSL_CA: CERTIFICATE.replaceAll('\n', '\\n'),
      KAFKA_SSL_CERT: CERTIFICATE,
      KAFKA_SSL_KEY: KEY.replaceAll('\n', '\\r\\n'),
      KAFKA_SSL_KEY_PASSPHRASE: 'open sesame',
      KAFKA_SSL_REJECT_UNAUTHORIZED: 'false',
      KAFKA_SSL_SERVERNAME: 'kafka.internal',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'ada',
      KAFKA_SASL_PASSWORD: 'p w',
    }).kafka;
    expect(ssl).toEqual({
      ca: CERTIFICATE,
      cert: CERTIFICATE,
      key: KEY,
      passphrase: 'open sesame',
      rejectUnauthorized: false,
      servername: 'kafka.internal',
      files: {},
    });
    expect(sasl).toEqual({ mechanism: 'scram-sha-512', username: 'ada', password: 'p w', files: {} });
  });

  it('loadConfig accepts a token or a token endpoint', () => {
    const bearer = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'oauthbearer' };
    expect(loadConfig({ ...bearer, KAFKA_SASL_OAUTHBEARER_TOKEN: 'a.long.enough.token' }).kafka.sasl).toEqual(
      {
        mechanism: 'oauthbearer',
        token: 'a.long.enough.token',
        files: {},
      },
    );
    const endpoint = {
      ...bearer,
      KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'http://127.0.0.1:8080/token',
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'ada',
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'p w',
      KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka read',
      KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'logicalCluster=lkc-1, identityPoolId=pool=2',
    };
    expect(loadConfig(endpoint).kafka.sasl).toEqual({
      mechanism: 'oauthbearer',
      endpoint: 'http://127.0.0.1:8080/token',
      clientId: 'ada',
      clientSecret: 'p w',
      scope: 'kafka read',
      extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool=2' },
      files: {},
    });
  });

  it('logs are pretty only on a terminal outside production, unless LOG_FORMAT is set', () => {
    const format = (env: NodeJS.ProcessEnv, host = terminal) => loadConfig(env, host).log.format;
    expect(format({})).toBe('pretty');
    expect(format({}, noTerminal)).toBe('json');
    const production = { NODE_ENV: 'production', KAFKA_GROUP_ID: 'orders' };
    expect(format(production)).toBe('json');
    expect(format({ ...production, LOG_FORMAT: 'pretty' })).toBe('pretty');
    expect(format({ LOG_FORMAT: 'json' })).toBe('json');
  });

  it('the configuration is frozen at any depth', () => {
    const config = loadConfig({ KAFKA_SECURITY_PROTOCOL: 'SSL' });
    for (const part of [
      config,
      config.kafka,
      config.kafka.brokers,
      config.kafka.ssl,
      config.http,
      config.log,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});
