import { randomBytes } from 'node:crypto';

/**
 * The rank of an ownership of a partition: later ownerships rank higher. Between members the group's generation decides;
 * within a generation the turn, counted by the process. The era increases after the group was deleted, when its
 * generations start again.
 */
export interface Rank {
  readonly era: number;
  readonly generation: number;
  readonly turn: number;
}

const NAME = /^(\d{1,15})-(\d{1,15})-(\d{1,15})-/;

/** The lowest rank; names given by earlier versions have it too. */
export const LOWEST_RANK: Rank = { era: 0, generation: 0, turn: 0 };

/** A unique name for an ownership that contains its rank. */
export function ownershipName({ era, generation, turn }: Rank): string {
  return `${era}-${generation}-${turn}-${randomBytes(4).toString('hex')}`;
}

/** The rank that a name contains. */
export function rankOf(name: string): Rank {
  const [era, generation, turn] = (NAME.exec(name) ?? []).slice(1).map(Number);
  return era === undefined || generation === undefined || turn === undefined
    ? LOWEST_RANK
    : { era, generation, turn };
}

/** Negative if `a` is the earlier ownership. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.era - b.era || a.generation - b.generation || a.turn - b.turn;
}
