import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** Where Node keeps what a resource runs in; undefined where this Node keeps it elsewhere. */
const CONTEXT_FRAME = Object.getOwnPropertySymbols(new AsyncResource('probe')).find(
  ({ description }) => description === 'context_frame',
);

const storage = new AsyncLocalStorage<Framed>();

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

/**
 * Enters an `AsyncLocalStorage` once for each record.
 *
 * `AsyncLocalStorage.run` makes two maps for it, which costs a handler that does nothing a tenth of its rate. Node
 * gets by with anything that answers like a map; where it does not, or not any more, the storage is entered as
 * its documentation has it.
 */
export class CallContext {
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

  /** What the running code was entered with. */
  get current(): Framed | undefined {
    return storage.getStore();
  }

  /** Runs something as part of what is given. Afterwards the caller is where it was before. */
  run<A, R>(within: Framed, run: (argument: A) => R, argument: A): R {
    const framed = this.#framed;
    if (framed === undefined) return storage.run(within, run, argument);
    this.#fields[framed] = within;
    return this.#resource.runInAsyncScope(run, undefined, argument);
  }

  #takesFrames(contextFrame: symbol): boolean {
    const probe = new Probe();
    this.#fields[contextFrame] = probe;
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

class Probe extends Framed {}
