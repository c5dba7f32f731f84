import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { isUnreachable, protocolErrorType } from '../errors.js';

/** Errors that mean: the group's coordinator is another broker, none at the moment, or not ready yet. */
const AWAY = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** The least time between two lookups of the coordinator, in ms. */
const PAUSE_MS = 250;

const lookups = new WeakMap<ConsumerGroup, { readonly at: number; readonly found: Promise<void> }>();

/** Whether an error means that the group's coordinator must be looked up. */
export function isCoordinatorAway(error: unknown): boolean {
  return AWAY.has(protocolErrorType(error) ?? '') || isUnreachable(error);
}

/**
 * Looks up the group's coordinator and lets the group use it. Never rejects: the next request to the coordinator
 * fails if there is none.
 */
export function findCoordinator(group: ConsumerGroup): Promise<void> {
  const last = lookups.get(group);
  const now = performance.now();
  if (last && now - last.at < PAUSE_MS) return last.found;
  const found = group.cluster.findGroupCoordinator({ groupId: group.groupId }).then(
    (coordinator) => {
      group.coordinator = coordinator;
      group.offsetManager.coordinator = coordinator;
    },
    () => undefined,
  );
  lookups.set(group, { at: now, found });
  return found;
}
