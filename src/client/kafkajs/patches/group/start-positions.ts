import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { toOffset } from '../../../../pipeline/index.js';
import { assignedPartitions } from '../../consumer/assigned-partitions.js';
import { type GroupHooks, hooksOf } from '../../consumer/group-hooks.js';
import { requireCommittedOffsets } from '../../consumer/required-offsets.js';
import { installOnce } from '../install-once.js';

/** The lookup of a group's start positions in one generation. */
interface Positions {
  readonly generation: number;
  readonly known: Promise<void>;
}

const positions = new WeakMap<ConsumerGroup, Positions>();

/**
 * Looks up the offsets that a member's partitions are read from once per generation, and tells them to the consumer.
 *
 * - Defect: each broker's fetch loop calls `OffsetManager.resolveOffsets` (`consumer/offsetManager/index.js`), which
 *   overwrites the positions that another loop has looked up.
 * - Effect: a later lookup replaces what was committed since the first one, and the end of a log from which records are
 *   already being fetched.
 * - Test: `start-positions.spec.ts`.
 * - Unnecessary when `resolveOffsets` runs once per join.
 */
export const resolvePositionsOnce = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    if (hooks) await positionsOf(this, hooks);
    return fetch.call(this, nodeId);
  };
});

function positionsOf(group: ConsumerGroup, hooks: GroupHooks): Promise<void> {
  const { generationId: generation } = group;
  const last = positions.get(group);
  if (last?.generation === generation) return last.known;
  const known = lookUpPositions(group, hooks, generation);
  positions.set(group, { generation, known });
  known.catch(() => {
    if (positions.get(group)?.known === known) positions.delete(group);
  });
  return known;
}

async function lookUpPositions(group: ConsumerGroup, hooks: GroupHooks, generation: number): Promise<void> {
  await requireCommittedOffsets(group, hooks);
  await group.offsetManager.resolveOffsets();
  if (group.generationId !== generation) return;
  for (const { topic, partition } of assignedPartitions(group)) {
    const offset = group.offsetManager.committedOffsets()[topic]?.[partition];
    if (offset != null) hooks.positioned({ topic, partition, offset: toOffset(offset) });
  }
}
