import { randomBytes } from 'node:crypto';

/**
 * Where an ownership of a partition stands among all others: the later, the higher. Between two members it is the
 * group's generation that tells; within one generation, the turn, which one process counts; and the era grows where the
 * group was deleted, and counts its generations from the start again.
 */
export interface Rank {
  readonly era: number;
  readonly generation: number;
  readonly turn: number;
}

const NAME = /^(\d{1,15})-(\d{1,15})-(\d{1,15})-/;

/** The lowest; also that of names that a version before this one gave. */
export const LOWEST_RANK: Rank = { era: 0, generation: 0, turn: 0 };

/** A name for one ownership that no other has, and that tells its rank. */
export function ownershipName({ era, generation, turn }: Rank): string {
  return `${era}-${generation}-${turn}-${randomBytes(4).toString('hex')}`;
}

/** The rank that a name tells. */
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
