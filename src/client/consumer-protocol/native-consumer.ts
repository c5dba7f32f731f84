import { CodedError } from '../../errors/index.js';
import { type TopicPartition, toOffset, type TopicPartitionOffset } from '../../pipeline/index.js';
import type { NativeConsumer } from '../kafka-port.js';

/** A method of kafkajs's consumer that a client of the new group protocol does not have. */
export class NativeMethodError extends CodedError {
  readonly code = 'NATIVE_METHOD';

  constructor(method: string) {
    super(
      `consumer.${method}() is not available with KAFKA_GROUP_PROTOCOL=consumer, which does not use kafkajs's consumer: ` +
        'only pause, resume, paused and commitOffsets are',
    );
  }
}

/** What code that asks Nest's `KafkaContext` for the consumer may do. */
export interface NativeCalls {
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** The partitions that the member owns. */
  readonly owned: readonly TopicPartition[];
}

const REFUSED = [
  'connect',
  'describeGroup',
  'disconnect',
  'logger',
  'on',
  'run',
  'seek',
  'stop',
  'subscribe',
] as const;

/** @returns an object with the shape of kafkajs's consumer */
export function nativeConsumer(calls: NativeCalls): NativeConsumer {
  const paused = new Map<string, TopicPartition>();
  const partitionsOf = ({ topic, partitions }: { topic: string; partitions?: number[] }): TopicPartition[] =>
    partitions?.map((partition) => ({ topic, partition })) ??
    calls.owned.filter((each) => each.topic === topic);
  const consumer: unknown = {
    ...Object.fromEntries(REFUSED.map((method) => [method, refuse(method)])),
    pause: (topics: { topic: string; partitions?: number[] }[]) => {
      for (const each of topics.flatMap(partitionsOf)) {
        paused.set(`${each.topic}/${each.partition}`, each);
        calls.pause(each);
      }
    },
    resume: (topics: { topic: string; partitions?: number[] }[]) => {
      for (const each of topics.flatMap(partitionsOf)) {
        paused.delete(`${each.topic}/${each.partition}`);
        calls.resume(each);
      }
    },
    paused: () => [...paused.values()].map(({ topic, partition }) => ({ topic, partitions: [partition] })),
    commitOffsets: (offsets: { topic: string; partition: number; offset: string }[]) =>
      calls.commit(offsets.map((each) => ({ ...each, offset: toOffset(each.offset) }))),
  };
  return consumer as NativeConsumer;
}

function refuse(method: string): () => never {
  return () => {
    throw new NativeMethodError(method);
  };
}
