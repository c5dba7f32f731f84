import type { Container, PodSpec } from '../deployment.js';
import type { Manifests } from '../manifests.js';

/** A rule that every rendering must satisfy. */
export interface Rule {
  readonly name: string;
  /** The problems, one line each; empty if the manifests satisfy the rule. */
  readonly violations: (manifests: Manifests) => readonly string[];
}

/** The pod of the Deployment. */
export function podOf({ deployment }: Manifests): PodSpec {
  return deployment.spec.template.spec;
}

/** All containers of the pod. */
export function containersOf(manifests: Manifests): readonly Container[] {
  const { initContainers, containers } = podOf(manifests);
  return [...initContainers, ...containers];
}

/** A rule for every container; `problem` returns the problem of one, or undefined. */
export function eachContainer(
  name: string,
  problem: (container: Container, manifests: Manifests) => string | false | undefined,
): Rule {
  return {
    name,
    violations: (manifests) =>
      containersOf(manifests).flatMap((container) => {
        const found = problem(container, manifests);
        return found ? [`container ${container.name}: ${found}`] : [];
      }),
  };
}

/** A rule with at most one problem. */
export function single(name: string, problem: (manifests: Manifests) => string | false | undefined): Rule {
  return {
    name,
    violations: (manifests) => {
      const found = problem(manifests);
      return found ? [found] : [];
    },
  };
}
