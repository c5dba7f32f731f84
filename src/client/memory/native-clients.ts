import type { TopicPartitionOffset } from '../../pipeline/index.js';
import type { NativeConsumer, NativeProducer, OutgoingRecord } from '../kafka-port.js';

const CONSUMER_METHODS = [
  'commitOffsets',
  'seek',
  'describeGroup',
  'pause',
  'paused',
  'resume',
  'on',
  'logger',
] as const;
const PRODUCER_METHODS = ['transaction', 'on', 'logger'] as const;

/** The object that handlers get in place of kafkajs's consumer; commits go through the transport. */
export function nativeConsumer(): NativeConsumer {
  const methods: unknown = unavailable('consumer', CONSUMER_METHODS);
  return methods as NativeConsumer;
}

/** The object that handlers get in place of kafkajs's producer. */
export function nativeProducer(write: (record: OutgoingRecord) => TopicPartitionOffset): NativeProducer {
  const send: NativeProducer['send'] = async ({ topic, messages }) =>
    messages.map(({ key = null, value, partition, headers = {} }) => {
      const record = { topic, key, value, headers: { ...headers } };
      const at = write(partition === undefined ? record : { ...record, partition });
      return { topicName: topic, partition: at.partition, errorCode: 0, baseOffset: at.offset };
    });
  const producer: unknown = {
    ...unavailable('producer', PRODUCER_METHODS),
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    isIdempotent: () => false,
    send,
    sendBatch: async ({ topicMessages = [] }: Parameters<NativeProducer['sendBatch']>[0]) => {
      const sent = await Promise.all(topicMessages.map((each) => send(each)));
      return sent.flat();
    },
  };
  return producer as NativeProducer;
}

function unavailable(client: string, names: readonly string[]): Record<string, () => never> {
  const refuse = (name: string) => (): never => {
    throw new Error(`${client}.${name}() is not available in memory; test it on a real broker`);
  };
  return Object.fromEntries(names.map((name) => [name, refuse(name)]));
}
