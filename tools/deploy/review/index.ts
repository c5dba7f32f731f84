import type { Manifests } from '../manifests.js';
import { clusterRules } from './cluster.rules.js';
import { containerRules } from './container.rules.js';
import { lifecycleRules } from './lifecycle.rules.js';
import { podRules } from './pod.rules.js';
import type { Rule } from './rule.js';
import { scalingRules } from './scaling.rules.js';
import { secretRules } from './secret.rules.js';

/** All that every rendering must hold. */
export const rules: readonly Rule[] = [
  ...containerRules,
  ...podRules,
  ...secretRules,
  ...lifecycleRules,
  ...clusterRules,
  ...scalingRules,
];

/** What is wrong with the manifests, a line each, with the rule's name before it. */
export function review(manifests: Manifests): string[] {
  return rules.flatMap(({ name, violations }) => violations(manifests).map((found) => `${name}: ${found}`));
}
