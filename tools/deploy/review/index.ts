import type { Manifests } from '../manifests.js';
import { clusterRules } from './cluster.rules.js';
import { containerRules } from './container.rules.js';
import { lifecycleRules } from './lifecycle.rules.js';
import { podRules } from './pod.rules.js';
import { referenceRules } from './reference.rules.js';
import type { Rule } from './rule.js';
import { scalingRules } from './scaling.rules.js';
import { secretRules } from './secret.rules.js';

/** The rules that every rendering must satisfy. */
export const rules: readonly Rule[] = [
  ...containerRules,
  ...podRules,
  ...secretRules,
  ...lifecycleRules,
  ...clusterRules,
  ...scalingRules,
  ...referenceRules,
];

/** The problems of the manifests, one line each, prefixed with the name of the rule. */
export function review(manifests: Manifests): string[] {
  return rules.flatMap(({ name, violations }) => violations(manifests).map((found) => `${name}: ${found}`));
}
