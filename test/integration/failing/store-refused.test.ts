import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

jest.setTimeout(60_000);

const user = { username: 'service', password: 'correct horse' };
let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.start({
    sasl: user,
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  });
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

type Operation = keyof typeof AclOperationTypes;

/** Lets the service do something with whatever begins with a name. */
async function allow(
  resource: 'TOPIC' | 'GROUP',
  resourceName: string,
  ...operations: Operation[]
): Promise<void> {
  const acl = operations.map((operation) => ({
    resourceType: AclResourceTypes[resource],
    resourceName,
    resourcePatternType: ResourcePatternTypes.PREFIXED,
    principal: `User:${user.username}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));
  await withAdmin(kafkaClient(kafka.bootstrap), (admin) => admin.createAcls({ acl }));
}

const login = (): Record<string, string> => ({
  KAFKA_BROKERS: kafka.cluster.secure?.bootstrap ?? '',
  KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_SASL_USERNAME: user.username,
  KAFKA_SASL_PASSWORD: user.password,
  KAFKA_MAX_IN_FLIGHT: '100',
});

const STORES = [
  { name: 'does not exist and may not be made', isMade: false, lacks: ['CREATE', 'WRITE'] },
  { name: 'may not be written to', isMade: true, lacks: ['WRITE'] },
] as const;

describe.each(STORES)('a dead-letter topic that $name', ({ isMade, lacks }) => {
  test('holds up the partition alone, uncommitted and by name, until that is allowed', async () => {
    const topic = await kafka.createTopic('source', 2);
    const deadLetterTopic = isMade ? await kafka.createTopic('letters') : uniqueName('letters');
    const groupId = uniqueName('group');
    await allow('GROUP', groupId, 'READ');
    await allow('TOPIC', topic, 'READ');
    if (isMade) await allow('TOPIC', deadLetterTopic, 'READ');
    const filler = Array.from({ length: 500 }, (_, n) => ({ key: `k${n}`, value: `${n}`, partition: 0 }));
    await kafka.produce(topic, [
      { key: 'a', value: 'good', partition: 0 },
      { key: 'bad', value: 'bad', partition: 0 },
      ...filler,
      ...filler.map(({ key, value }) => ({ key, value: `other ${value}`, partition: 1 })),
    ]);
    const handled = new Map<string, number>();
    let calls = 0;
    const { url, runtime, joined } = await startHandlers(
      [
        {
          topic,
          options: { deadLetterTopic, retry: { attempts: 2, initialMs: 10 } },
          handle: (payload) => {
            const value = String(payload);
            if (value !== 'bad') return void handled.set(value, (handled.get(value) ?? 0) + 1);
            calls++;
            throw new Error('no');
          },
        },
      ],
      { groupId, env: login() },
    );
    await joined();
    const ready = await waitFor(
      async () => {
        const { reason } = await probe(url, 'ready');
        return reason.includes('put aside') && reason;
      },
      { what: 'readiness to name it' },
    );
    expect(ready).toContain(`${topic}[0] at offset 1`);
    expect(ready).toMatch(/authoriz/i);
    await waitFor(async () => (await kafka.committed(groupId, topic, 1)) === 500n, { what: 'the other one' });
    expect(await kafka.committed(groupId, topic, 0)).toBe(1n);
    expect((await probe(url, 'live')).up).toBe(true);
    expect(runtime.budget.total.records).toBeLessThanOrEqual(502);
    expect(calls).toBe(2);

    await allow('TOPIC', deadLetterTopic, ...lacks);
    await waitFor(async () => (await kafka.committed(groupId, topic, 0)) === 502n, {
      what: 'the rest',
      timeoutMs: 30_000,
    });
    const letters = await readTopic(deadLetterTopic, kafka.bootstrap);
    expect(letters.map(({ value }) => String(value))).toEqual(['bad']);
    expect([...handled.values()].filter((times) => times > 1)).toEqual([]);
    expect(handled.size).toBe(1001);
    expect(calls).toBe(2);
    expect(await downProbes(url)).toEqual({});
  });
});
