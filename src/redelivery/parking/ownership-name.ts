import { randomBytes } from 'node:crypto';

/**
 * The rank of an ownership of a partition: later ownerships rank higher. Between members the group's generation decides;
 * within a generation the turn, counted by the process. The era increases when the group was deleted and its generations
 * start again.
 */
export interface Rank {
  readonly era: number;
  readonly generation: number;
  readonly turn: number;
}

const NAME = /^(\d{1,15})-(\d{1,15})-(\d{1,15})-/;

/** The lowest; also that of names that a version before this one gave. */
export const LOWEST_RANK: Rank = { era: 0, generation: 0, turn: 0 };

/** A unique name for an ownership that contains its rank. */
export function ownershipName({ era, generation, turn }: Rank): string {
  return `${era}-${generation}-${turn}-${randomBytes(4).toString('hex')}`;
}

/** The rank in a name. */
export function rankOf(name: string): Rank {
  const [era, generation, turn] = (NAME.exec(name) ?? []).slice(1).map(Number);
  return era === undefined || generation === undefined || turn === undefined
    ? LOWEST_RANK
    : { era, generation, turn };
}

/** Negative where `a` is the earlier. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.era - b.era || a.generation - b.generation || a.turn - b.turn;
}
