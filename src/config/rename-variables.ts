import type { ConfigProblem } from './config-error.js';

const NAME = /\b[A-Z]{2,}(?:_[A-Z]+)+\b/g;

/** Renames the variables in a problem; a variable keeps its name if `nameOf` returns none. */
export function renameVariables(
  { variable, got, accepts, hint }: ConfigProblem,
  nameOf: (variable: string) => string | undefined,
): ConfigProblem {
  const rename = (text: string): string => text.replaceAll(NAME, (name) => nameOf(name) ?? name);
  return {
    variable: nameOf(variable) ?? variable,
    got,
    accepts: rename(accepts),
    ...(hint !== undefined && { hint: rename(hint) }),
  };
}
