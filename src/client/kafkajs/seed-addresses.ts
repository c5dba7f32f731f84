/** When an address of KAFKA_BROKERS last failed to lead to the cluster, as a count of failures; for all clients. */
const failedAt = new Map<string, number>();
let failures = 0;

/**
 * The address to look for the cluster at: the first one that has not failed since it last worked, or else the one
 * that failed longest ago. All clients share what is known, so each dead address is found out once, not by each.
 */
export function nextSeed(addresses: readonly string[]): string {
  const [first, ...others] = addresses;
  if (first === undefined) throw new Error('KAFKA_BROKERS names no address');
  return others.reduce((best, each) => (failureOf(each) < failureOf(best) ? each : best), first);
}

/** The address was tried and led nowhere: the others are tried before it. */
export function seedFailed(address: string): void {
  failedAt.set(address, ++failures);
}

/** The address led to the cluster. */
export function seedWorked(address: string): void {
  failedAt.delete(address);
}

function failureOf(address: string): number {
  return failedAt.get(address) ?? 0;
}
