import { expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs-pinned';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { loadConfig } from '../../../config/index.js';
import type { ConsumerListener } from '../../kafka-port.js';
import { installPatches } from '../patches/index.js';
import { KafkaJsConsumer } from './consumer.js';

test('a member whose first join has crashed without an answer may have an id, and has not left for certain', async () => {
  ConsumerGroup.prototype.joinAndSync = () => Promise.reject(new Error('connection lost'));
  installPatches();
  const listeners = new Map<string, (event: object) => void>();
  const client = {
    events: { HEARTBEAT: 'heartbeat', CRASH: 'crash', START_BATCH_PROCESS: 'batch' },
    on: (name: string, run: (event: object) => void) => listeners.set(name, run),
    disconnect: () => Promise.resolve(),
  };
  const kafka = { consumer: () => client } as unknown as Kafka;
  const { kafka: settings } = loadConfig({});
  const member = new KafkaJsConsumer(kafka, 'group', settings, {} as ConsumerListener);
  const group = { memberId: null, assigners: [{ hooks: member }] } as unknown as ConsumerGroup;
  await expect(ConsumerGroup.prototype.joinAndSync.call(group)).rejects.toThrow('connection lost');
  listeners.get('crash')?.({ payload: { error: new Error('connection lost') } });
  await expect(member.stop()).resolves.toBe(false);
});
