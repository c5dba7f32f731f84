import type { DeliveryStatus } from './pipeline-watch.js';

/** The outcome of a delivered record. */
export interface Delivery {
  readonly status: DeliveryStatus;
  /** Calls of the handler with the record. Decoding and validation are part of a call. */
  readonly attempts: number;
  /** The error of the last call; undefined if it succeeded. */
  readonly error: unknown;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The group of the handler. */
  readonly groupId: string;
  /** The offset that the group has committed in the partition; undefined if none. */
  readonly committed: number | undefined;
}

/** Selects a group; default: the first one with a handler for the topic. */
export interface OfGroup {
  readonly groupId?: string;
}
