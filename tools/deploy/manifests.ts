import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ToolError } from '../tool-error.js';
import { type Container, deploymentSchema, type Deployment } from './deployment.js';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** Any Kubernetes resource. */
export type Manifest = z.infer<typeof manifestSchema>;

const configMapSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

/** The rendered manifests of an overlay. */
export class Manifests {
  readonly deployment: Deployment;

  private constructor(readonly all: readonly Manifest[]) {
    this.deployment = deploymentSchema.parse(this.only('Deployment'));
  }

  /**
   * Reads rendered YAML.
   * @throws ToolError `UNREADABLE` if it is not YAML or does not contain exactly one Deployment
   */
  static parse(yaml: string): Manifests {
    const documents = parseAllDocuments(yaml);
    if (!Array.isArray(documents)) throw new ToolError('UNREADABLE', 'The manifests are empty.');
    for (const { errors } of documents) if (errors[0]) throw new ToolError('UNREADABLE', errors[0].message);
    return new Manifests(z.array(manifestSchema).parse(documents.map((document) => document.toJS())));
  }

  ofKind(kind: string): Manifest[] {
    return this.all.filter((manifest) => manifest.kind === kind);
  }

  /** The one manifest of a kind. */
  only(kind: string): Manifest {
    const [manifest, ...others] = this.ofKind(kind);
    if (manifest && others.length === 0) return manifest;
    throw new ToolError(
      'UNREADABLE',
      `One ${kind} was expected, there are ${others.length + (manifest ? 1 : 0)}.`,
    );
  }

  /** The data of a ConfigMap. */
  configMap(name: string): Readonly<Record<string, string>> {
    const manifest = this.ofKind('ConfigMap').find(({ metadata }) => metadata.name === name);
    if (!manifest) throw new ToolError('UNREADABLE', `There is no ConfigMap ${name}.`);
    return configMapSchema.parse(manifest).data;
  }

  /** A container's literal variables and those from ConfigMaps. */
  environment({ env, envFrom }: Container): Record<string, string> {
    const shared = envFrom.flatMap(({ configMapRef }) =>
      configMapRef ? Object.entries(this.configMap(configMapRef.name)) : [],
    );
    const own = env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
    return Object.fromEntries([...shared, ...own]);
  }
}
