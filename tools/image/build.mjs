import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join, posix, relative } from 'node:path';
import { parseDockerfile, execForm, keyValues } from './dockerfile.mjs';
import { dockerignore } from './dockerignore.mjs';

const RUN_LIMIT_MS = 10 * 60_000;

/**
 * Executes the steps of a Dockerfile, each stage in its own directory, and returns the last stage. This shows that the
 * steps work from a clean checkout. It cannot check the content of the base images, so it requires the Node version that
 * they name.
 *
 * @param {string} context directory of the Dockerfile
 * @param {string} work an empty directory for the stages
 * @param {(step: string, elapsedMs: number) => void} report called after each step
 */
export function buildImage(context, work, report) {
  const ignored = dockerignore(readFileSync(join(context, '.dockerignore'), 'utf8'));
  const done = new Map();
  let image;
  for (const { name, base, instructions } of parseDockerfile(
    readFileSync(join(context, 'Dockerfile'), 'utf8'),
  )) {
    image = startStage(join(work, name), base, done.get(base));
    for (const instruction of instructions) {
      const begun = performance.now();
      const step = STEPS[instruction.keyword];
      if (!step) fail(instruction, 'tools/image/build.mjs does not support this instruction');
      step(image, instruction, { context, ignored, done });
      report(`${name}: ${instruction.keyword} ${instruction.rest}`, performance.now() - begun);
    }
    done.set(name, image);
  }
  return image;
}

const STEPS = {
  WORKDIR: (image, { rest }) => {
    image.workdir = posix.resolve(image.workdir, rest);
    mkdirSync(inside(image), { recursive: true });
  },
  ENV: (image, instruction) => Object.assign(image.env, keyValues(instruction)),
  LABEL: (image, instruction) => Object.assign(image.labels, keyValues(instruction)),
  USER: (image, { rest }) => (image.user = rest),
  EXPOSE: (image, { rest }) => (image.port = rest),
  ENTRYPOINT: (image, instruction) => (image.entrypoint = execForm(instruction, instruction.rest)),
  CMD: (image, instruction) => (image.command = execForm(instruction, instruction.rest)),
  HEALTHCHECK: (image, instruction) =>
    (image.healthcheck = execForm(instruction, instruction.rest.replace(/^CMD\s+/, ''))),
  RUN: run,
  COPY: copy,
};

function startStage(root, base, parent) {
  if (parent) {
    cpSync(parent.root, root, { recursive: true, verbatimSymlinks: true });
    return { ...structuredClone(parent), root };
  }
  requireNode(base);
  mkdirSync(root);
  return { root, workdir: '/', env: {}, labels: {}, user: 'root' };
}

/** The check is meaningful only on the Node version of the image. */
function requireNode(base) {
  const [, major] = /(?:^|\/)node(?::|js)(\d+)[.-]/.exec(base) ?? [];
  const [running] = process.versions.node.split('.');
  if (major === running) return;
  throw new Error(
    `the image is built from ${base}, this check runs on Node ${running}; start it with node_modules/.bin/node`,
  );
}

/** Runs in the stage's directory. There is no chroot, so absolute paths are rejected. */
function run(image, instruction) {
  const { flags, rest } = instruction;
  if (/(^|[\s=])\//.test(rest)) fail(instruction, 'a step with an absolute path would leave the stage');
  for (const [flag, value] of Object.entries(flags)) {
    if (flag !== 'mount' || !value.startsWith('type=cache,')) fail(instruction, `unknown flag --${flag}`);
  }
  const { status, error, stdout, stderr } = spawnSync('sh', ['-c', rest], {
    cwd: inside(image),
    env: { ...buildEnvironment(), ...image.env },
    encoding: 'utf8',
    timeout: RUN_LIMIT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) fail(instruction, `${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`);
}

/** The current environment, for proxies and certificates, without the variables of npm and Node. */
function buildEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(lifecycle|package|command|execpath|node)|NODE_(OPTIONS|ENV)$|INIT_CWD)/.test(name),
  );
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), ...path].join(delimiter) };
}

function copy(image, instruction, { context, ignored, done }) {
  const { flags, rest } = instruction;
  const paths = rest.split(/\s+/);
  const target = paths.pop();
  if (/[*?$"[]/.test(rest) || target === undefined) fail(instruction, 'only plain paths are supported');
  const stage = done.get(flags.from);
  if (flags.from && !stage) fail(instruction, `no stage named ${flags.from} before it`);
  const root = stage?.root ?? context;
  const keep = stage ? () => true : (path) => !ignored(relative(context, path));

  for (const path of paths) {
    const source = join(root, path);
    if (!existsSync(source) || !keep(source)) fail(instruction, `${path} is missing or in .dockerignore`);
    const intoDirectory = target.endsWith('/') && !statSync(source).isDirectory();
    const destination = join(inside(image, target), intoDirectory ? basename(path) : '');
    cpSync(source, destination, { recursive: true, verbatimSymlinks: true, filter: keep });
  }
}

/** The location of a path of the image on this machine. */
export function inside(image, path = '.') {
  return join(image.root, posix.resolve(image.workdir, path));
}

function fail({ keyword, line, rest }, reason) {
  throw new Error(`Dockerfile:${line}: ${keyword} ${rest}\n${reason}`);
}
