const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
const MIB = 2 ** 20;

/** V8's young generation, code and stacks, Node itself. */
const BASE_MIB = 160;
/** Each of a cluster's brokers may have an answer on its way. */
const BROKERS = 3;
/** An answer, what it unpacks to, and the next one. */
const BUFFERS = 3;

/** A Kubernetes quantity of memory in bytes; NaN where it is none that is written in Ki, Mi or Gi. */
export function memoryBytes(quantity: string | undefined): number {
  const [, amount, unit] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity ?? '') ?? [];
  return Number(amount) * (UNITS[unit ?? ''] ?? NaN);
}

/** The limit of the old generation that NODE_OPTIONS sets, in bytes; NaN where it sets none. */
export function heapBytes(environment: Readonly<Record<string, string>>): number {
  const [, mebibytes] = /--max-old-space-size=(\d+)/.exec(environment['NODE_OPTIONS'] ?? '') ?? [];
  return Number(mebibytes) * MIB;
}

/** What the process may hold outside of the old generation, in bytes; NaN where the environment leaves it open. */
export function outsideOfHeapBytes(environment: Readonly<Record<string, string>>): number {
  const inFlight = Number(environment['KAFKA_MAX_IN_FLIGHT_BYTES']);
  const fetched = BUFFERS * BROKERS * Number(environment['KAFKA_FETCH_MAX_BYTES']);
  return inFlight + fetched + BASE_MIB * MIB;
}
