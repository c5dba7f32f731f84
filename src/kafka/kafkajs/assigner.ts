import kafkajs, { type PartitionAssigner } from 'kafkajs';
import type { GroupHooks, HookCarrier } from './group-hooks.js';

/** kafkajs's round-robin assigner, carrying the consumer's hooks into the group it is used in. */
export function hookedAssigner(hooks: GroupHooks): PartitionAssigner {
  return (config) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(config);
    const carrier: HookCarrier = { hooks };
    return Object.assign(assigner, carrier);
  };
}
