import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Framed>();

/** Runs something in the context that this module was loaded in, which is that of no call. */
const outsideOfCalls = AsyncLocalStorage.snapshot();

/**
 * What code can be run in, and find from wherever it was called, after every wait too. All that Node asks of it is to
 * answer like a map from storages to their values: it has one entry, which is itself.
 */
export abstract class Framed implements Iterable<readonly [unknown, Framed]> {
  has(other: unknown): boolean {
    return other === storage;
  }

  get(other: unknown): this | undefined {
    return other === storage ? this : undefined;
  }

  *[Symbol.iterator](): Generator<readonly [unknown, this]> {
    yield [storage, this];
  }
}

/** Where Node keeps what the running code was entered with. */
export interface ContextSlot {
  current(): unknown;
  set(frame: unknown): void;
}

/**
 * Enters an `AsyncLocalStorage` once for each record.
 *
 * `AsyncLocalStorage.run` makes two maps for it, which costs a handler that does nothing a tenth of its rate. Node
 * gets by with anything that answers like a map, put where it keeps its own; where it does not, or not any more, the
 * storage is entered as its documentation has it.
 */
export class CallContext {
  readonly #slot: ContextSlot | undefined;

  /** @param slot where the running Node keeps what code is entered with */
  constructor(slot = slotOfNode()) {
    this.#slot = slot !== undefined && this.#works(slot) ? slot : undefined;
  }

  /** Whether the cheap way is open. */
  get isCheap(): boolean {
    return this.#slot !== undefined;
  }

  /** What the running code was entered with. */
  get current(): Framed | undefined {
    return storage.getStore();
  }

  /**
   * Runs something as part of what is given, and of nothing that the caller is part of: a call may be started from
   * within another one, whose contexts are not its own. Afterwards the caller is where it was before.
   */
  run<A, R>(within: Framed, run: (argument: A) => R, argument: A): R {
    const slot = this.#slot;
    if (slot) return runIn(slot, within, run, argument);
    return outsideOfCalls(() => storage.run(within, run, argument));
  }

  #works(slot: ContextSlot): boolean {
    const probe = new Probe();
    const seesBoth = (): boolean => {
      const nested = new AsyncLocalStorage<boolean>();
      return (
        this.current === probe && nested.run(true, () => this.current === probe && nested.getStore() === true)
      );
    };
    try {
      return runIn(slot, probe, seesBoth, undefined) && this.current !== probe;
    } catch {
      return false;
    }
  }
}

function runIn<A, R>(slot: ContextSlot, within: Framed, run: (argument: A) => R, argument: A): R {
  const prior = slot.current();
  slot.set(within);
  try {
    return run(argument);
  } finally {
    slot.set(prior);
  }
}

class Probe extends Framed {}

/** Node has no public name for it: the class of what a resource keeps of the context that it was made in. */
function slotOfNode(): ContextSlot | undefined {
  const resource = storage.run(new Probe(), () => new AsyncResource('probe'));
  const field = Object.getOwnPropertySymbols(resource).find(
    ({ description }) => description === 'context_frame',
  );
  const frame: unknown = field && Reflect.get(resource, field);
  const slot: unknown = typeof frame === 'object' && frame !== null ? frame.constructor : undefined;
  return isSlot(slot) ? slot : undefined;
}

function isSlot(value: unknown): value is ContextSlot {
  return typeof value === 'function' && 'current' in value && 'set' in value;
}
