import { type Clock, eventLoopTurn, type GroupParts, systemClock, type Turn } from '../../pipeline/index.js';

/** Injection token of the {@link RuntimeEnvironment}. */
export const RUNTIME_ENVIRONMENT = Symbol('RUNTIME_ENVIRONMENT');

/** Time and randomness of the transport. Tests replace them. */
export interface RuntimeEnvironment {
  readonly clock: Clock;
  readonly turn: Turn;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Replaces parts of a group's pipeline, to observe its calls and failures. */
  readonly observed?: (groupId: string, parts: GroupParts) => GroupParts;
}

/** The machine's clock and event loop. */
export const SYSTEM_ENVIRONMENT: RuntimeEnvironment = {
  clock: systemClock,
  turn: eventLoopTurn,
  random: () => Math.random(),
};
