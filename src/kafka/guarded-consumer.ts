import { toOffset } from '../core/records/offset.js';
import { PartitionLostError } from '../core/pipeline/errors.js';
import type { NativeConsumer } from './consumer-port.js';
import type { GroupConsumer } from './group-consumer.js';
import type { KafkaRuntime } from './kafka-runtime.js';
import { notCounting } from './own-time.js';

const REFUSED = ['connect', 'disconnect', 'run', 'stop', 'subscribe'] as const;

const guarded = new WeakMap<NativeConsumer, NativeConsumer>();

/**
 * What `KafkaContext.getConsumer()` gives out: the client's own consumer, with its commits sent through the
 * tracker, so that nothing unsettled can be committed, and without what would take the consumer from the
 * service.
 */
export function guardedConsumer(runtime: KafkaRuntime, groupId: string): NativeConsumer {
  const group = runtime.group(groupId);
  const native = group?.nativeConsumer;
  if (!group || !native) throw new Error(`the consumer of group ${groupId} is not connected at the moment`);
  const known = guarded.get(native);
  if (known) return known;
  const consumer = guard(native, group);
  guarded.set(native, consumer);
  return consumer;
}

function guard(native: NativeConsumer, group: GroupConsumer): NativeConsumer {
  const refused = Object.fromEntries(REFUSED.map((name) => [name, () => refuse(name)]));
  return {
    ...native,
    ...refused,
    commitOffsets: async (offsets) => {
      const committed = offsets.map(async ({ topic, partition, offset }) => {
        const pipeline = group.pipeline.partition({ topic, partition });
        if (!pipeline) throw new PartitionLostError(topic, partition);
        await pipeline.commitBefore(toOffset(offset));
      });
      await notCounting({ kind: 'commit', what: 'a commit' }, () => Promise.all(committed));
    },
  };
}

function refuse(name: string): never {
  throw new Error(`consumer.${name}() belongs to the service; to stop consuming, stop the application`);
}
