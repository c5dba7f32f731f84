import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Framed>();

/** Runs a function outside of every call: in the context in which this module was loaded. */
const outsideOfCalls = AsyncLocalStorage.snapshot();

/**
 * A value that running code can find, also after an `await`. Node expects a map from storages to their values; this
 * object is such a map with one entry, itself.
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

/** Where Node stores the context of the running code. */
export interface ContextSlot {
  current(): unknown;
  set(frame: unknown): void;
}

/**
 * Enters an `AsyncLocalStorage` once for each record.
 *
 * `AsyncLocalStorage.run` creates two maps, which costs an empty handler a tenth of its rate. Node accepts any object
 * with the methods of a map where it stores its own. If a version of Node does not, the documented `run` is used.
 */
export class CallContext {
  readonly #slot: ContextSlot | undefined;

  /** @param slot where the running version of Node stores the context */
  constructor(slot = slotOfNode()) {
    this.#slot = slot !== undefined && this.#works(slot) ? slot : undefined;
  }

  /** Whether the storage is entered without maps. */
  get isCheap(): boolean {
    return this.#slot !== undefined;
  }

  /** The context of the running code. */
  get current(): Framed | undefined {
    return storage.getStore();
  }

  /**
   * Runs a function in this context only, without the caller's contexts: a call may be started from within another
   * call. Afterwards the caller's context is restored.
   */
  run<A, R>(within: Framed, run: (argument: A) => R, argument: A): R {
    const slot = this.#slot;
    if (slot) return runIn(slot, within, run, argument);
    return outsideOfCalls(() => storage.run(within, run, argument));
  }

  /**
   * Enters a context, without a function to be run in it; only if `isCheap`.
   * @returns the caller's context, to be restored with `leave` in the same turn
   */
  enter(within: Framed): unknown {
    const outer = this.#slot?.current();
    this.#slot?.set(within);
    return outer;
  }

  /** Restores the context that `enter` returned. */
  leave(outer: unknown): void {
    this.#slot?.set(outer);
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

/** Node has no public name for the slot: it is the class of the context frame that an `AsyncResource` stores. */
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
