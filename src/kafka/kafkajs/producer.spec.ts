import { describe, expect, it } from '@jest/globals';
import type { Producer, RecordMetadata } from 'kafkajs';
import { UnknownPartitionError } from '../producer-errors.js';
import { KafkaJsProducer } from './producer.js';

function kafkajsThatAnswers(written: readonly RecordMetadata[]): Producer {
  const producer: unknown = { connect: () => Promise.resolve(), send: () => Promise.resolve([...written]) };
  return producer as Producer;
}

describe('the producer', () => {
  it('resolves once the record is written', async () => {
    const written = [{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '7' }];
    const producer = new KafkaJsProducer(kafkajsThatAnswers(written));
    await expect(producer.send({ topic: 't', value: 'v' })).resolves.toBeUndefined();
  });

  it('rejects where kafkajs has left the record out, because it does not know its partition', async () => {
    const producer = new KafkaJsProducer(kafkajsThatAnswers([]));
    await expect(producer.send({ topic: 't', partition: 9, value: 'v' })).rejects.toThrow(
      UnknownPartitionError,
    );
  });
});
