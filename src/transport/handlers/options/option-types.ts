import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { strayCharacters } from '../../../config/index.js';
import { didYouMean } from './option-problems.js';

// The error text of each type completes the sentence "<option> is <value>, but must be ...".

/** One of a few names. */
export function oneOf<const N extends string>(...names: N[]): z.ZodType<N, N> {
  return z.enum(names, { error: ({ input }) => `one of ${names.join(', ')}${didYouMean(input, names)}` });
}

/** A whole number. */
export function whole(least: number): z.ZodType<number, number> {
  return z.custom<number>((value) => isWhole(value, least), `a whole number from ${least} on`);
}

/** A whole number, or `Infinity` for no limit. */
export function wholeOrInfinity(least: number): z.ZodType<number, number> {
  return z.custom<number>(
    (value) => value === Infinity || isWhole(value, least),
    `a whole number from ${least} on, or Infinity`,
  );
}

function isWhole(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

/** A share: above 0, and at most 1. */
export function ratio(): z.ZodType<number, number> {
  const accepted = 'a number above 0 and at most 1';
  return z.number(accepted).positive(accepted).max(1, accepted);
}

/** Text without characters that come in by copying. */
export function text(): z.ZodType<string, string> {
  const accepted = 'text that is not empty';
  return z
    .string(accepted)
    .min(1, { error: accepted, abort: true })
    .refine((value) => strayCharacters(value) === undefined, {
      error: ({ input }) => `text: ${strayCharacters(String(input))}`,
    });
}

/**
 * Options within an option; unknown names are an error.
 * @param alternative what else is accepted, as in `'false, or '`
 */
export function group<S extends z.ZodRawShape>(shape: S, alternative = ''): z.ZodObject<S, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `${key} is not an option${didYouMean(key, names)}`).join(', ')
        : `${alternative}an object of ${names.join(', ')}`,
  });
}

/** A validator of payloads. Those of arktype are functions. */
export function standardSchema(): z.ZodType<StandardSchemaV1, StandardSchemaV1> {
  return z.custom<StandardSchemaV1>(
    (value) =>
      (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value,
    'a Standard Schema, such as one of zod, valibot or arktype',
  );
}
