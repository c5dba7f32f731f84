import { withTestAdmin } from '../../support/kafka.js';

/** The group's current state and members, from the broker. */
export async function describeGroup(groupId: string): Promise<{ state: string; members: number }> {
  const { groups } = await withTestAdmin((admin) => admin.describeGroups([groupId]));
  return { state: groups[0]?.state ?? 'Unknown', members: groups[0]?.members.length ?? 0 };
}
