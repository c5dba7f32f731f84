import type { StandardSchemaV1 } from '@standard-schema/spec';
import { strayCharacters } from '../../config/index.js';

/** Reads a handler's options one by one, and collects what is wrong with them. */
export class OptionReader {
  constructor(
    private readonly options: Readonly<Record<string, unknown>>,
    private readonly problems: string[],
    private readonly prefix = '',
  ) {}

  oneOf<T extends string>(name: string, accepted: readonly T[]): T | undefined {
    const value = this.options[name];
    const known = accepted.find((each) => each === value);
    if (value !== undefined && known === undefined)
      this.addProblem(name, value, `one of ${accepted.join(', ')}`);
    return known;
  }

  whole(name: string, least: number): number | undefined {
    return this.#number(
      name,
      `a whole number from ${least} on`,
      (value) => Number.isSafeInteger(value) && value >= least,
    );
  }

  /** A whole number, or `Infinity` for no limit. */
  wholeOrInfinity(name: string, least: number): number | undefined {
    return this.#number(
      name,
      `a whole number from ${least} on, or Infinity`,
      (value) => value === Infinity || (Number.isSafeInteger(value) && value >= least),
    );
  }

  /** A number above 0, and at most 1. */
  ratio(name: string): number | undefined {
    return this.#number(name, 'a number above 0 and at most 1', (value) => value > 0 && value <= 1);
  }

  text(name: string): string | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    const stray = typeof value === 'string' ? strayCharacters(value) : undefined;
    if (typeof value === 'string' && value !== '' && stray === undefined) return value;
    this.addProblem(name, value, stray === undefined ? 'text that is not empty' : `text: ${stray}`);
    return undefined;
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length > 0) return value;
    this.addProblem(name, value, 'a list that is not empty');
    return undefined;
  }

  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.options[name];
    if (value === undefined) return {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    this.addProblem(name, value, 'an object');
    return {};
  }

  schema(name: string): StandardSchemaV1 | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    if (isStandardSchema(value)) return value;
    this.addProblem(name, value, 'a Standard Schema, such as one of zod, valibot or arktype');
    return undefined;
  }

  /** Which errors are meant: those of some classes, or those that a function picks. */
  errors(name: string): ((error: unknown) => boolean) | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((each) => typeof each === 'function')) {
      return (error) => value.some((each) => error instanceof each);
    }
    if (typeof value === 'function') return (error) => Boolean(value(error));
    this.addProblem(name, value, 'a list of error classes, or a function of an error');
    return undefined;
  }

  addProblem(name: string, value: unknown, accepted: string): void {
    const got = typeof value === 'string' ? `"${value}"` : describeKind(value);
    this.problems.push(`${this.prefix}${name} is ${got}, but must be ${accepted}`);
  }

  #number(name: string, accepted: string, isAccepted: (value: number) => boolean): number | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && isAccepted(value)) return value;
    this.addProblem(name, value, accepted);
    return undefined;
  }
}

function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

function describeKind(value: unknown): string {
  if (typeof value === 'number' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : typeof value;
}
