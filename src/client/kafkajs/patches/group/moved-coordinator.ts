import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { findCoordinator, isCoordinatorAway } from '../../consumer/coordinator.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';

/**
 * Looks up the group's coordinator when a heartbeat does not reach it. While the member's session lasts, that is no
 * error: records are still fetched and handled within the in-flight limits.
 *
 * - Defect: `ConsumerGroup` (`consumer/consumerGroup.js`) looks up the coordinator only when it joins.
 * - Effect: after the coordinator moves, as it does whenever a broker restarts, heartbeats and commits go to the old one
 *   until the session ends.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/staying-alive/moving-brokers.proof.ts`.
 * - Unnecessary when kafkajs looks up the coordinator after NOT_COORDINATOR and after a lost connection.
 */
export const followCoordinator = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { heartbeat } = prototype;
  prototype.heartbeat = async function (this: ConsumerGroup, options: { interval: number }): Promise<void> {
    try {
      await heartbeat.call(this, options);
    } catch (error) {
      const isExpired = Date.now() - this.lastRequest > this.sessionTimeout;
      if (!hooksOf(this) || isExpired || !isCoordinatorAway(error)) throw error;
      await findCoordinator(this);
    }
  };
});
