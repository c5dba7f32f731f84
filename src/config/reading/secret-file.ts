import { parse, relative, resolve, sep } from 'node:path';
import type { ConfigProblem } from '../config-error.js';
import { UnfitFileError, type Host } from './host.js';
import { show } from '../show.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'the service may not read it',
  EPERM: 'the service may not read it',
  ENAMETOOLONG: 'the file name is too long',
  ERR_INVALID_ARG_VALUE: 'this is not a file name',
};

/** Reads the file that a `NAME_FILE` variable names, without a trailing line break. */
export function readSecretFile(
  variable: string,
  path: string,
  host: Host,
): { readonly text: string } | { readonly problem: ConfigProblem } {
  const shown = show(path, !isSurelyPath(path, host));
  try {
    const text = host
      .readFile(path)
      .replace(/^\uFEFF/, '')
      .replace(/[\r\n]+$/, '');
    return text.trim() === '' ? { problem: problemOf(variable, shown, 'the file is empty') } : { text };
  } catch (error) {
    return { problem: problemOf(variable, shown, reasonOf(error)) };
  }
}

function problemOf(variable: string, shown: string, reason: string): ConfigProblem {
  return {
    variable,
    got: `${shown}: ${reason}`,
    accepts: 'the path of a readable file that holds the value',
    hint: 'correct the path, or mount the secret there',
  };
}

/** A secret put into NAME_FILE by mistake must not be printed: only text that starts with an existing folder is a path. */
function isSurelyPath(path: string, host: Host): boolean {
  if (path.includes('\0')) return false;
  const absolute = resolve(path);
  const { root } = parse(absolute);
  const [folder, ...rest] = relative(root, absolute).split(sep);
  return rest.length > 0 && folder !== undefined && path.startsWith(root) && host.exists(root + folder);
}

function reasonOf(error: unknown): string {
  // Never the system's own message: it contains the path, which may be the secret.
  if (error instanceof UnfitFileError) return error.message;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? `it cannot be read ${code}`.trimEnd();
}
