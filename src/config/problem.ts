import type { ConfigProblem } from './config-error.js';
import type { Texts } from './reading/read-variables.js';
import { show } from './show.js';
import { describeVariable, type VariableName } from './variables/environment.js';

/** A problem with the current value of a variable; pass `accepts` only if it differs from the variable's own. */
export function problemWith(
  name: VariableName,
  texts: Texts,
  wanted: { readonly hint: string; readonly accepts?: string },
): ConfigProblem {
  const about = describeVariable(name);
  const text = texts.get(name);
  const got =
    text === undefined && about.default !== undefined
      ? `${show(about.default)} (the default)`
      : show(text, about.secret);
  return { variable: name, got, accepts: wanted.accepts ?? about.accepts, hint: wanted.hint };
}
