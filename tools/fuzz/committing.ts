import { Scene } from '../../src/pipeline/testing/scene.js';
import { offsetAfter, toOffset } from '../../src/pipeline/records/offset.js';
import type { PackedMessages } from '../../src/client/kafkajs/packed-messages.js';

/** The offset that a group commits after handling all records of a fetch immediately. */
export async function committedAfter(from: bigint, { records, offset }: PackedMessages): Promise<bigint> {
  const scene = new Scene('', { invoke: () => undefined, limit: 100_000 });
  const next = offsetAfter(toOffset(offset));
  scene.group.receive({
    topic: 't',
    partition: 0,
    from: toOffset(String(from)),
    records,
    next,
    reachableOffset: next,
  });
  return BigInt(await scene.committed());
}
