import { closestMatch } from 'leven';
import type { z } from 'zod';

/** Describes what is wrong with options: the option, the value it has, and what it accepts. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  parent: readonly PropertyKey[] = [],
): string[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') return `${pathText(path)}: ${issue.message}`;
    // The last alternative of a union is the one with the most to say.
    if (issue.code === 'invalid_union') return problemsOf(issue.errors.at(-1) ?? [], path);
    return `${pathText(path)} is ${valueText(issue.input)}, but must be ${issue.message}`;
  });
}

/** Names that differ from an option's by a typing mistake. Other extras belong to other libraries. */
export function misspelt(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => !known.includes(name) && near(name, known) !== undefined)
    .map((name) => `${name} is not an option${didYouMean(name, known)}`);
}

/** A suggestion to append to a problem; empty if no known name is near. */
export function didYouMean(value: unknown, known: readonly string[]): string {
  const match = typeof value === 'string' ? near(value, known) : undefined;
  return match === undefined ? '' : `; did you mean ${match}?`;
}

function near(name: string, known: readonly string[]): string | undefined {
  return closestMatch(name, known, { maxDistance: name.length < 6 ? 1 : 2 });
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
