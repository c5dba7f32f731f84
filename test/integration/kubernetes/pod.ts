import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, PodSpec } from '../../../tools/deploy/deployment.js';
import { render } from '../../../tools/deploy/kustomize.js';
import { Manifests } from '../../../tools/deploy/manifests.js';

const root = join(import.meta.dirname, '../../..');

/** What a kubelet knows of a pod that it is to run. */
export interface Pod {
  readonly spec: PodSpec;
  readonly container: Container;
  /** From the ConfigMap and the manifest. */
  readonly environment: Readonly<Record<string, string>>;
  /** The arguments of the image's own command, Node itself left out. */
  readonly args: readonly string[];
}

/** The pod of an overlay as it is rendered. */
export async function podOf(overlay: string): Promise<Pod> {
  const manifests = Manifests.parse(await render({ overlay, components: [] }));
  const { spec } = manifests.deployment.spec.template;
  const [container] = spec.containers;
  if (!container) throw new Error('the pod has no container');
  if (container.command ?? container.args)
    throw new Error('the image knows how it is started, not the manifest');
  return { spec, container, environment: manifests.environment(container), args: imageArguments() };
}

function imageArguments(): string[] {
  const command = /^CMD \["([^"]+)"\]$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1];
  if (command === undefined) throw new Error('the Dockerfile has no CMD with one argument');
  return [join(root, command)];
}
