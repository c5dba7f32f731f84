import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** Where Node keeps what a resource runs in; undefined where this Node keeps it elsewhere. */
const CONTEXT_FRAME = Object.getOwnPropertySymbols(new AsyncResource('probe')).find(
  ({ description }) => description === 'context_frame',
);

/** All that Node asks of what it runs code in: a map from storages to their values. This one has one entry. */
class Frame<T> implements Iterable<readonly [AsyncLocalStorage<T>, T]> {
  constructor(
    private readonly storage: AsyncLocalStorage<T>,
    private readonly value: T,
  ) {}

  has(storage: unknown): boolean {
    return storage === this.storage;
  }

  get(storage: unknown): T | undefined {
    return storage === this.storage ? this.value : undefined;
  }

  *[Symbol.iterator](): Generator<readonly [AsyncLocalStorage<T>, T]> {
    yield [this.storage, this.value];
  }
}

/**
 * A value that code finds wherever it was called from, after every wait too: an `AsyncLocalStorage`, entered once
 * for each record.
 *
 * `AsyncLocalStorage.run` makes two maps for it, which costs a handler that does nothing a tenth of its rate. Node
 * gets by with anything that answers like a map; where it does not, or not any more, the storage is entered as
 * its documentation has it.
 */
export class CallContext<T> {
  readonly #storage = new AsyncLocalStorage<T>();
  /** Made outside of any call: what it runs in when it is not told otherwise. */
  readonly #resource = new AsyncResource('KafkaHandlerCall');
  // Node's own field, which no type of its own knows.
  readonly #fields = this.#resource as unknown as Record<symbol, unknown>;
  readonly #framed: symbol | undefined;

  /** @param contextFrame the field that holds what a resource runs in; undefined for the way of the documentation */
  constructor(contextFrame = CONTEXT_FRAME) {
    this.#framed = contextFrame !== undefined && this.#takesFrames(contextFrame) ? contextFrame : undefined;
  }

  /** Whether the cheap way is open. */
  get isCheap(): boolean {
    return this.#framed !== undefined;
  }

  /** The value that the running code was entered with. */
  get current(): T | undefined {
    return this.#storage.getStore();
  }

  /** Runs something with a value. Afterwards the caller is where it was before. */
  run<A, R>(value: T, run: (argument: A) => R, argument: A): R {
    const framed = this.#framed;
    if (framed === undefined) return this.#storage.run(value, run, argument);
    this.#fields[framed] = new Frame(this.#storage, value);
    return this.#resource.runInAsyncScope(run, undefined, argument);
  }

  #takesFrames(contextFrame: symbol): boolean {
    const probe = {} as T;
    this.#fields[contextFrame] = new Frame(this.#storage, probe);
    try {
      return this.#resource.runInAsyncScope(() => {
        const nested = new AsyncLocalStorage<boolean>();
        return (
          this.current === probe &&
          nested.run(true, () => this.current === probe && nested.getStore() === true)
        );
      });
    } catch {
      return false;
    }
  }
}
