import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { isUnreachable, protocolErrorType } from '../errors.js';

/** A broker's word that the group's coordinator is another one, none for the moment, or not ready yet. */
const AWAY = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** Between two questions for the coordinator, in ms. */
const PAUSE_MS = 250;

const looked = new WeakMap<ConsumerGroup, { readonly at: number; readonly found: Promise<void> }>();

/** Whether an error says that the group's coordinator has to be looked for. */
export function isCoordinatorAway(error: unknown): boolean {
  return AWAY.has(protocolErrorType(error) ?? '') || isUnreachable(error);
}

/**
 * Asks the brokers who coordinates the group by now. kafkajs asks when it joins and never again: a member whose
 * coordinator moves, as it does whenever a broker restarts, would talk to the old one until its session is over.
 * Never rejects: whoever needs the coordinator next will see whether there is one.
 */
export function findCoordinator(group: ConsumerGroup): Promise<void> {
  const last = looked.get(group);
  const now = performance.now();
  if (last && now - last.at < PAUSE_MS) return last.found;
  const found = group.cluster.findGroupCoordinator({ groupId: group.groupId }).then(
    (coordinator) => {
      group.coordinator = coordinator;
      group.offsetManager.coordinator = coordinator;
    },
    () => undefined,
  );
  looked.set(group, { at: now, found });
  return found;
}

/**
 * Does what `beat` does. While the coordinator is away and the member's session lasts, a heartbeat that finds nobody
 * is no error: records go on being fetched and handled, as long as there is room for them.
 */
export async function followCoordinator(group: ConsumerGroup, beat: () => Promise<void>): Promise<void> {
  try {
    await beat();
  } catch (error) {
    if (!isCoordinatorAway(error) || Date.now() - group.lastRequest > group.sessionTimeout) throw error;
    await findCoordinator(group);
  }
}
