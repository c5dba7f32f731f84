/** An offset with the leader epoch of the record before it; -1 if that is not known. */
export interface LogPosition {
  readonly offset: bigint;
  readonly leaderEpoch: number;
}
