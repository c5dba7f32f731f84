import { RpcParamtype } from '@nestjs/microservices/enums/rpc-paramtype.enum.js';

/** A parameter of a controller's method. */
export interface Argument {
  readonly index: number;
  /** The payload or the context. */
  readonly type: number;
  /** The field of it that is passed; undefined for all of it. */
  readonly field: string | undefined;
}

/** Calls a controller's method without Nest's pipeline, which has no step for this method. */
export class DirectCall {
  /** Whether the method takes the context; if not, none is created. */
  readonly takesContext: boolean;
  /** Whether the payload is the only argument. */
  readonly #isPlain: boolean;

  /** @param method bound to its controller */
  constructor(
    private readonly method: (...args: unknown[]) => unknown,
    private readonly parameters: readonly Argument[],
  ) {
    const [only] = parameters;
    this.takesContext = parameters.some(({ type }) => type === RpcParamtype.CONTEXT);
    this.#isPlain =
      parameters.length === 1 && only?.index === 0 && !this.takesContext && only.field === undefined;
  }

  invoke(payload: unknown, context: unknown): unknown {
    if (this.#isPlain) return this.method(payload);
    const args: unknown[] = [];
    for (const { index, type, field } of this.parameters) {
      const value = type === RpcParamtype.PAYLOAD ? payload : context;
      args[index] = type === RpcParamtype.PAYLOAD && field !== undefined ? fieldOf(value, field) : value;
    }
    return this.method(...args);
  }
}

function fieldOf(value: unknown, field: string): unknown {
  if (value === null || value === undefined) return undefined;
  return Reflect.get(Object(value), field);
}
