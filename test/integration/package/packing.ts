import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../tools/project.js';

/** Options of `npm install`. npm decides where packages come from. */
export const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** Builds and packs the transport below a folder; returns the path of the tarball. */
export async function packTransport(folder: string): Promise<string> {
  const built = join(folder, 'transport');
  await run('node', [join(projectRoot, 'tools/package/build.mjs'), built], projectRoot);
  return pack(built, folder);
}

/** Builds and packs the generator below a folder; returns the folder of the build and the path of its tarball. */
export async function packGenerator(folder: string): Promise<{ built: string; tarball: string }> {
  const built = join(folder, 'generator');
  await run('node', [join(projectRoot, 'tools/package/build-generator.mjs'), built], projectRoot);
  return { built, tarball: await pack(built, folder) };
}

/** Packs the package that is in a folder; returns the path of the tarball. */
export async function pack(built: string, folder: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', folder];
  const [packed]: { filename: string }[] = JSON.parse(await run('npm', args, built));
  if (!packed) throw new Error('npm pack has packed nothing');
  return join(folder, packed.filename);
}

/** Runs a program to its end and returns its output, which is part of the error if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(command, args, options);
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error);
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
