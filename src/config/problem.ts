import type { ConfigProblem } from './config-error.js';
import type { Texts } from './reading/read-variables.js';
import { show } from './show.js';
import { describeVariable, type VariableName } from './variables/environment.js';

/** A problem with a variable as it stands; `accepts` only where it differs from the variable's own. */
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
