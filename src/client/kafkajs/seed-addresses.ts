/** For each address of KAFKA_BROKERS that does not work, its last failure as a number that counts failures. */
const failedAt = new Map<string, number>();
let failures = 0;

/**
 * Chooses the address to connect to: the first one that has not failed since it last worked, or else the one that
 * failed longest ago. All clients share the failures, so that only one of them tries a dead address.
 */
export function nextSeed(addresses: readonly string[]): string {
  const [first, ...others] = addresses;
  if (first === undefined) throw new Error('KAFKA_BROKERS contains no address');
  return others.reduce((best, each) => (failureOf(each) < failureOf(best) ? each : best), first);
}

/** Records that an address does not work: the others are tried before it. */
export function seedFailed(address: string): void {
  failedAt.set(address, ++failures);
}

/** Records that an address works. */
export function seedWorked(address: string): void {
  failedAt.delete(address);
}

function failureOf(address: string): number {
  return failedAt.get(address) ?? 0;
}
