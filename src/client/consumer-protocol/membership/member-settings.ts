/** The settings of a member. */
export interface MemberSettings {
  readonly groupId: string;
  /** Makes it a static member (KIP-345); null for none. */
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** How long the member may take to give up partitions, in ms; the coordinator removes it after that. */
  readonly rebalanceTimeoutMs: number;
  /** The name of an assignor of the brokers; null for their default. */
  readonly serverAssignor: string | null;
  /** @returns an id that no other member has or had */
  readonly newMemberId: () => string;
}
