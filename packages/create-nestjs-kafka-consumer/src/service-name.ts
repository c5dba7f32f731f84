import { isBuiltin } from 'node:module';
import { GeneratorError } from './generator-error.js';

/** Kubernetes permits 63 characters; the longest suffix is that of the namespace `<name>-development`. */
const MAX_LENGTH = 63 - '-development'.length;

/** Not texts in YAML 1.1. */
const YAML_WORDS: ReadonlySet<string> = new Set([
  'y',
  'n',
  'yes',
  'no',
  'on',
  'off',
  'true',
  'false',
  'null',
]);

/**
 * Checks the name of a service, which is also that of its npm package, Kubernetes resources and consumer group.
 * @param dependencies what the service depends on: npm installs no package into one of the same name
 * @throws GeneratorError `INVALID_NAME` that says what is permitted
 */
export function checkServiceName(name: string, dependencies: readonly string[]): void {
  const problem = problemOf(name, dependencies);
  if (problem === undefined) return;
  throw new GeneratorError('INVALID_NAME', `"${name}" can't be the name of a service: ${problem}.`);
}

function problemOf(name: string, dependencies: readonly string[]): string | undefined {
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    return 'npm and Kubernetes permit lower-case letters, digits and dashes, a letter first and no dash at the end';
  }
  if (name.length > MAX_LENGTH)
    return `Kubernetes permits ${MAX_LENGTH} characters, and it has ${name.length}`;
  if (YAML_WORDS.has(name)) return 'YAML does not read it as a text';
  if (isBuiltin(name)) return 'a module of Node has that name';
  if (dependencies.includes(name)) return 'a dependency of the service has that name';
  return undefined;
}
