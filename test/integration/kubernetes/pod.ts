import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Container, PodSpec } from '../../../tools/deploy/deployment.js';
import { render } from '../../../tools/deploy/kustomize.js';
import { Manifests } from '../../../tools/deploy/manifests.js';

const root = join(import.meta.dirname, '../../..');

/** The specification of a pod for the kubelet. */
export interface Pod {
  readonly spec: PodSpec;
  readonly container: Container;
  /** From the ConfigMap and the manifest. */
  readonly environment: Readonly<Record<string, string>>;
  /** The arguments of the image's command, without Node. */
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

/** The test's handlers are inserted by a loader hook, so that the started files are those that the bundle consists of. */
function imageArguments(): string[] {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  const args = z.array(z.string()).parse(JSON.parse(command));
  const bundle = args.at(-1);
  if (bundle !== 'dist/bundle/main.js') throw new Error(`the Dockerfile starts ${bundle}, not the bundle`);
  return [...args.slice(0, -1), join(root, 'dist/src/main.js')];
}
