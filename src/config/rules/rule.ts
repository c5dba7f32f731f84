import type { ConfigProblem } from '../config-error.js';
import type { Texts } from '../reading/read-variables.js';
import type { Values, VariableName } from '../variables/environment.js';

/** A condition between variables that are each valid by themselves. */
export interface Rule {
  /** The rule is skipped if one of these variables is invalid. */
  readonly about: readonly VariableName[];
  readonly check: (values: Values, texts: Texts) => ConfigProblem | undefined;
}
