import type { ConfigProblem } from '../config-error.js';
import type { Texts } from '../reading/read-variables.js';
import type { Values, VariableName } from '../variables/environment.js';
import { productionRules } from './production.rules.js';
import { securityRules } from './security.rules.js';
import { timeoutRules } from './timeout.rules.js';

/** Problems between variables. Rules about `invalid` variables, which have a problem of their own, are skipped. */
export function brokenRules(
  values: Values,
  texts: Texts,
  invalid: ReadonlySet<VariableName>,
): readonly ConfigProblem[] {
  return [...productionRules, ...timeoutRules, ...securityRules]
    .filter(({ about }) => !about.some((name) => invalid.has(name)))
    .map(({ check }) => check(values, texts))
    .filter((problem) => problem !== undefined);
}
