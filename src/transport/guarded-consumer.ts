import {
  type InFlightRecord,
  type Offset,
  PartitionLostError,
  toOffset,
  type TopicPartition,
} from '../pipeline/index.js';
import type { NativeConsumer } from '../client/index.js';
import type { KafkaRuntime } from './kafka-runtime.js';
import { requireDurable } from './context/unfinished-work.js';
import { outsideTimeout } from './handlers/outside-timeout.js';
import { CodedError } from '../errors/index.js';

const REFUSED = ['connect', 'disconnect', 'run', 'stop', 'subscribe'] as const;

/** A handler tried to commit an offset of a partition other than that of its record. */
export class ForeignOffsetError extends CodedError {
  readonly code = 'FOREIGN_OFFSET';

  constructor(
    readonly topic: string,
    readonly partition: number,
    of: TopicPartition,
  ) {
    super(
      `${topic}[${partition}]: its offsets cannot be committed through the context of a record of ` +
        `${of.topic}[${of.partition}], which does not tell whether the partition was lost meanwhile; commit with the ` +
        'context of a record of its own',
    );
  }
}

/** One ownership of a partition, for committing offsets. */
interface OffsetOwner {
  commitBefore(offset: Offset): Promise<void>;
}

/**
 * The consumer that `KafkaContext.getConsumer()` returns. Its commits go through the offset tracker of the ownership
 * that the context's record belongs to, and the methods that start and stop the consumer are rejected.
 *
 * An offset identifies a record only within one log. After the partition was lost or its log replaced, the same
 * offset may belong to a record that was not handled.
 */
export function guardedConsumer(
  runtime: Pick<KafkaRuntime, 'group'>,
  groupId: string,
  record: InFlightRecord,
): NativeConsumer {
  const { owner } = record;
  const group = runtime.group(groupId);
  const native = group?.nativeConsumer;
  if (!group || !native) throw new Error(`the consumer of group ${groupId} is not connected at the moment`);
  const refused = Object.fromEntries(REFUSED.map((name) => [name, () => refuse(name)]));
  return {
    ...native,
    ...refused,
    commitOffsets: async (offsets) => {
      requireDurable(record);
      for (const { topic, partition } of offsets) {
        if (topic === owner.topic && partition === owner.partition) continue;
        if (!group.pipeline.partition({ topic, partition })) throw new PartitionLostError(topic, partition);
        throw new ForeignOffsetError(topic, partition, owner);
      }
      if (!isOffsetOwner(owner)) throw new PartitionLostError(owner.topic, owner.partition);
      await outsideTimeout({ kind: 'commit', what: 'a commit' }, () =>
        Promise.all(offsets.map(({ offset }) => owner.commitBefore(toOffset(offset)))),
      );
    },
  };
}

function isOffsetOwner(owner: object): owner is OffsetOwner {
  return 'commitBefore' in owner && typeof owner.commitBefore === 'function';
}

function refuse(name: string): never {
  throw new Error(`consumer.${name}() belongs to the service; to stop consuming, stop the application`);
}
