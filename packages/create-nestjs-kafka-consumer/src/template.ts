import { checkServiceName } from './service-name.js';

/** The name of the service in the files of the template. */
const PLACEHOLDER = 'my-service';

/** A version of the template, as this package contains it. */
export interface Template {
  readonly version: string;
  /** Texts by their path in the service. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The files of a service by their path.
 * @throws GeneratorError `INVALID_NAME`
 */
export function render({ files }: Template, name: string): ReadonlyMap<string, string> {
  checkServiceName(name, dependenciesIn(files['package.json'] ?? '{}'));
  return new Map(
    Object.entries(files).map(([path, text]) => [path, text.replaceAll(PLACEHOLDER, name)] as const),
  );
}

function dependenciesIn(manifest: string): string[] {
  const { dependencies, devDependencies } = JSON.parse(manifest);
  return Object.keys({ ...dependencies, ...devDependencies });
}
