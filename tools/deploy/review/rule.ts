import type { Container, PodSpec } from '../deployment.js';
import type { Manifests } from '../manifests.js';

/** Something that every rendering must hold. */
export interface Rule {
  readonly name: string;
  /** What is wrong, a line each; none where the manifests hold it. */
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

/** A rule that every container has to hold; `problem` says what is wrong with one, or nothing. */
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

/** A rule with one thing to be wrong. */
export function single(name: string, problem: (manifests: Manifests) => string | false | undefined): Rule {
  return {
    name,
    violations: (manifests) => {
      const found = problem(manifests);
      return found ? [found] : [];
    },
  };
}
