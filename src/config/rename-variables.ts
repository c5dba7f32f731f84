import type { ConfigProblem } from './config-error.js';

const NAME = /\b[A-Z]{2,}(?:_[A-Z]+)+\b/g;

/** A problem with other names for the variables in it; where `nameOf` knows none, the name stays. */
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
