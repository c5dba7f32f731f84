import { describe, expect, it } from '@jest/globals';
import type { Producer, RecordMetadata } from 'kafkajs-pinned';
import { UnknownPartitionError } from '../../producer-errors.js';
import { KafkaJsProducer } from './producer.js';

/** @returns a kafkajs producer whose writes have these results */
function kafkajsProducer(written: readonly RecordMetadata[]): Producer {
  const producer: unknown = { connect: () => Promise.resolve(), send: () => Promise.resolve([...written]) };
  return producer as Producer;
}

describe('the producer', () => {
  it('the producer resolves once the record is written', async () => {
    const written = [{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '7' }];
    const producer = new KafkaJsProducer(kafkajsProducer(written));
    await expect(producer.send({ topic: 't', value: 'v' })).resolves.toBeUndefined();
  });

  it('the producer still writes after a handler has disconnected its native producer', async () => {
    let isOpen = false;
    const producer = new KafkaJsProducer({
      ...kafkajsProducer([]),
      connect: () => Promise.resolve(void (isOpen = true)),
      disconnect: () => Promise.resolve(void (isOpen = false)),
      send: () =>
        isOpen
          ? Promise.resolve([{ topicName: 't', partition: 0, errorCode: 0 }])
          : Promise.reject(new Error('closed')),
    });
    const given = producer.native();
    await given.connect();
    await given.send({ topic: 't', messages: [{ value: 'v' }] });
    await given.disconnect();
    await expect(producer.send({ topic: 't', value: 'v' })).resolves.toBeUndefined();
    await producer.disconnect();
    expect(isOpen).toBe(false);
  });

  it('the producer rejects if kafkajs has omitted the record because it does not know the partition', async () => {
    const producer = new KafkaJsProducer(kafkajsProducer([]));
    await expect(producer.send({ topic: 't', partition: 9, value: 'v' })).rejects.toThrow(
      UnknownPartitionError,
    );
  });
});
