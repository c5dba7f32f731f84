const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
const MIB = 2 ** 20;

/** V8's young generation, code and stacks, Node itself. */
const BASE_MIB = 160;
/** Number of brokers; a response of each may be in transit. */
const BROKERS = 3;
/** Memory per broker as a multiple of a response: the response, its uncompressed form, and the next one. */
const BUFFERS = 3;

/** A Kubernetes memory quantity in bytes; NaN if it is not written in Ki, Mi or Gi. */
export function memoryBytes(quantity: string | undefined): number {
  const [, amount, unit] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity ?? '') ?? [];
  return Number(amount) * (UNITS[unit ?? ''] ?? NaN);
}

/** The limit of the old generation that NODE_OPTIONS sets, in bytes; NaN if it sets none. */
export function heapBytes(environment: Readonly<Record<string, string>>): number {
  const [, mebibytes] = /--max-old-space-size=(\d+)/.exec(environment['NODE_OPTIONS'] ?? '') ?? [];
  return Number(mebibytes) * MIB;
}

/** Maximum memory outside of the old generation, in bytes; NaN if the environment does not define it. */
export function outsideOfHeapBytes(environment: Readonly<Record<string, string>>): number {
  const inFlight = Number(environment['KAFKA_MAX_IN_FLIGHT_BYTES']);
  const fetched = BUFFERS * BROKERS * Number(environment['KAFKA_FETCH_MAX_BYTES']);
  return inFlight + fetched + BASE_MIB * MIB;
}
