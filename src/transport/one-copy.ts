import { CodedError } from '../errors/index.js';

const LOADED = Symbol.for('nestjs-kafka-transport');
const here = import.meta.url;

/** Two copies of the package are loaded into one process, such as two versions in one `node_modules`. */
export class DuplicatePackageError extends CodedError {
  readonly code = 'DUPLICATE_PACKAGE';

  constructor(
    readonly first: string,
    readonly second: string,
  ) {
    super(
      `two copies of nestjs-kafka-transport are loaded, from ${first} and from ${second}: tokens and classes of one ` +
        'are unknown to the other; make all packages depend on one version (npm ls nestjs-kafka-transport)',
    );
  }
}

/** @throws DuplicatePackageError if another copy of this file has called it in this process */
export function requireOneCopy(url: string = here): void {
  const loaded: unknown = Reflect.get(globalThis, LOADED);
  if (typeof loaded === 'string' && loaded !== url) throw new DuplicatePackageError(loaded, url);
  Reflect.set(globalThis, LOADED, url);
}
