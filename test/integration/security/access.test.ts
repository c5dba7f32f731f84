import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import { kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { PermanentError } from '../../../src/transport/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, type Probe, probe } from '../health/probe.js';
import { QUICK_SESSION } from '../staying-alive/own-kafka.js';
import { GuardedKafka } from './guarded-kafka.js';

jest.setTimeout(120_000);

let kafka: GuardedKafka;
beforeAll(async () => {
  kafka = await GuardedKafka.start();
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

const login = () => ({ ...QUICK_SESSION, ...kafka.login });

async function expectReason(url: string, name: Probe, ...parts: readonly string[]): Promise<void> {
  let reason = '';
  const isNamed = async (): Promise<boolean> => {
    ({ reason } = await probe(url, name));
    return parts.every((part) => reason.includes(part));
  };
  await waitFor(isNamed, { what: `${name} to name ${parts.join(', ')}`, timeoutMs: 30_000 }).catch(
    (error) => {
      throw new Error(`${name} says: ${reason}`, { cause: error });
    },
  );
}

describe('a service without grants', () => {
  test('a service without grants names each missing grant in turn, and works once it has them all', async () => {
    const topic = await kafka.createTopic('granted');
    const groupId = uniqueName('granted');
    const handled: unknown[] = [];
    const handle = (payload: unknown): void => {
      if (payload === 'bad') throw new PermanentError('bad');
      handled.push(payload);
    };
    const { url } = await startHandlers([{ topic, handle }], { groupId, env: login() });
    await expectReason(url, 'startup', topic, 'may not see it', '--operation Read', `--topic '${topic}'`);

    await kafka.grant('TOPIC', topic, 'DESCRIBE');
    await expectReason(url, 'startup', `not authorized for the group ${groupId}`, `--operation Read --group`);

    await kafka.grant('GROUP', groupId, 'READ');
    await expectReason(url, 'ready', `not authorized for the topic ${topic}`, '--operation Read --topic');
    expect((await probe(url, 'live')).up).toBe(true);

    await kafka.grant('TOPIC', topic, 'READ');
    await kafka.produce(topic, ['good', 'bad', 'better']);
    await waitFor(() => handled.length === 2, { what: 'what can be handled', timeoutMs: 30_000 });
    const toPutAside = ['--operation Create --operation Write --topic', `${topic}.dlt`];
    await expectReason(url, 'ready', ...toPutAside, `${topic}[0] at offset 1`);

    await kafka.grant('TOPIC', `${topic}.dlt`, 'CREATE', 'WRITE');
    await waitFor(async () => (await kafka.committed(groupId, topic)) === 3n, {
      what: 'the commit',
      timeoutMs: 30_000,
    });
    await waitFor(async () => Object.keys(await downProbes(url)).length === 0, { what: 'all probes up' });
    expect(handled).toEqual(['good', 'better']);
  });
});

describe('a service whose retry topics may not grow with their source', () => {
  test('a service whose retry topics may not grow with their source names the grant that it needs', async () => {
    const topic = await kafka.createTopic('growing');
    const groupId = uniqueName('growing');
    const retryTopic = `${topic}.${groupId}.retry.1h`;
    await kafka.grant('TOPIC', topic, 'READ');
    await kafka.grant('GROUP', groupId, 'READ');
    await kafka.grant('TOPIC', retryTopic, 'CREATE', 'WRITE', 'READ');
    const options = { onFailure: 'retry-topic', delays: ['1h'] } as const;
    const spec = { topic, options, handle: () => undefined };
    const first = await startHandlers([spec], { groupId, env: login() });
    await first.joined();
    await stopServices();

    await withAdmin(kafkaClient(kafka.bootstrap), (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }),
    );
    const second = await startHandlers([spec], { groupId, env: login() });
    await expectReason(second.url, 'ready', `--operation Alter --topic '${retryTopic}'`);
    await kafka.grant('TOPIC', retryTopic, 'ALTER');
    const isUp = async (): Promise<boolean> => Object.keys(await downProbes(second.url)).length === 0;
    await waitFor(isUp, { what: 'all probes up', timeoutMs: 30_000 });
    expect(second.runtime.group(groupId)?.status.accessProblem).toBeUndefined();
  });
});

describe('problems at startup', () => {
  const expectStartup = async (env: Record<string, string>, ...parts: readonly string[]): Promise<void> => {
    const { url } = await startHandlers([{ topic: uniqueName('apart'), handle: () => undefined }], { env });
    await expectReason(url, 'startup', ...parts);
  };

  test('startup reports an unreachable broker', async () => {
    await expectStartup(
      { KAFKA_BROKERS: '127.0.0.1:1' },
      'no broker can be reached',
      'ECONNREFUSED',
      'KAFKA_BROKERS',
    );
  });

  test('startup distinguishes rejected credentials from an unsupported mechanism', async () => {
    await expectStartup(
      { ...login(), KAFKA_SASL_PASSWORD: 'wrong' },
      'refuse the login',
      'KAFKA_SASL_MECHANISM',
    );
    const { KAFKA_SASL_USERNAME: _user, KAFKA_SASL_PASSWORD: _password, ...rest } = login();
    const bearer = {
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_OAUTHBEARER_TOKEN: 'a.long.enough.token',
    };
    await expectStartup({ ...rest, ...bearer }, 'refuse the login', 'does not support');
  });

  test('startup reports a listener without authentication', async () => {
    await expectStartup(
      { ...login(), KAFKA_BROKERS: kafka.bootstrap },
      'accept no login at this listener',
      'KAFKA_SECURITY_PROTOCOL',
    );
  });

  test('startup reports a listener that requires authentication', async () => {
    const { KAFKA_BROKERS } = login();
    await expectStartup({ KAFKA_BROKERS }, 'a broker closed the connection', 'KAFKA_SECURITY_PROTOCOL');
  });

  test('startup reports a group whose members use another assignor', async () => {
    const [topic, groupId] = [await kafka.createTopic('assignor'), uniqueName('assignor')];
    const assigner = kafkajs.PartitionAssigners.roundRobin;
    const other = kafkaClient(kafka.bootstrap).consumer({
      groupId,
      partitionAssigners: [
        (config) => {
          const { assign, protocol } = assigner(config);
          return {
            name: 'range',
            version: 0,
            assign,
            protocol: (topics) => ({ ...protocol(topics), name: 'range' }),
          };
        },
      ],
    });
    await other.connect();
    try {
      await other.subscribe({ topics: [topic] });
      const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve));
      await other.run({ eachMessage: () => Promise.resolve() });
      await joined;
      const env = { KAFKA_BROKERS: kafka.bootstrap };
      const { url } = await startHandlers([{ topic, handle: () => undefined }], { groupId, env });
      await expectReason(
        url,
        'startup',
        groupId,
        'another partition assignor',
        'a KAFKA_GROUP_ID of its own',
      );
      expect((await probe(url, 'live')).up).toBe(true);
    } finally {
      await other.disconnect();
    }
  });

  test('startup reports TLS to a listener without TLS', async () => {
    await expectStartup(
      { KAFKA_BROKERS: kafka.bootstrap, KAFKA_SECURITY_PROTOCOL: 'SSL' },
      'no TLS connection',
      'KAFKA_BROKERS names a listener with TLS',
    );
  });
});
