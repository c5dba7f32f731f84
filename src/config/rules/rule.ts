import type { ConfigProblem } from '../config-error.js';
import type { Texts } from '../reading/read-variables.js';
import type { Values, VariableName } from '../variables/environment.js';

/** What must hold between variables that are each sound by themselves. */
export interface Rule {
  /** The rule is left alone while one of these is not sound: its own problem comes first. */
  readonly about: readonly VariableName[];
  readonly check: (values: Values, texts: Texts) => ConfigProblem | undefined;
}
