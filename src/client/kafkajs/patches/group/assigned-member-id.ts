import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import v4 from 'kafkajs-pinned/src/protocol/requests/joinGroup/v4/response.js';
import v5 from 'kafkajs-pinned/src/protocol/requests/joinGroup/v5/response.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { protocolErrorType } from '../../errors.js';
import { installOnce } from '../install-once.js';

/** The coordinator has assigned an id to a new member, which is to join with it (KIP-394). */
class MemberIdAssigned extends Error {
  constructor(readonly memberId: string) {
    super(`the member joins as ${memberId}`);
    this.name = 'MemberIdAssigned';
  }
}

/** Groups whose member has asked for an id and got no answer. */
const unanswered = new WeakSet<ConsumerGroup>();

/** Whether the coordinator may have assigned an id that the member does not know. */
export function mayHaveUnknownId(group: ConsumerGroup): boolean {
  return !group.memberId && unanswered.has(group);
}

/** Whether the coordinator may know a member of this group; false before the first join. */
export function mayBeMember(group: ConsumerGroup | undefined): boolean {
  return group !== undefined && (Boolean(group.memberId) || mayHaveUnknownId(group));
}

/**
 * Stores the id of a new member in its group before the member joins with it.
 *
 * - Defect: `Broker.joinGroup` (`broker/index.js`) does not publish the id until the join succeeds, which may take as
 *   long as other members drain.
 * - Effect: a consumer that stops meanwhile cannot leave the group, and the group waits for it for a session.
 * - Test: `join.spec.ts`; with a broker, `test/integration/stopping/stop-while-joining.test.ts`.
 * - Unnecessary when `joinGroup` returns the id to its caller first.
 */
export const storeAssignedMemberId = installOnce(() => {
  for (const response of [v4, v5]) {
    const { parse } = response;
    response.parse = async (data) => {
      try {
        return await parse(data);
      } catch (error) {
        throw isMemberIdRequired(error) ? new MemberIdAssigned(error.memberId) : error;
      }
    };
  }

  const { prototype } = ConsumerGroup;
  const { joinAndSync } = prototype;
  prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    for (;;) {
      if (!this.memberId) unanswered.add(this);
      try {
        await joinAndSync.call(this);
        unanswered.delete(this);
        return;
      } catch (error) {
        const isAssigned = error instanceof MemberIdAssigned;
        if (isAssigned || protocolErrorType(error) !== undefined) unanswered.delete(this);
        // kafkajs drops an id that the coordinator rejects, and asks for another one in the same call.
        else if (!this.memberId) unanswered.add(this);
        if (!isAssigned) throw error;
        this.memberId = error.memberId;
        if (hooksOf(this)?.stopped) throw error;
      }
    }
  };
});

function isMemberIdRequired(error: unknown): error is Error & { readonly memberId: string } {
  return error instanceof Error && error.name === 'KafkaJSMemberIdRequired' && 'memberId' in error;
}
