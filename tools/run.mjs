/**
 * Runs an npm script. Plain JavaScript for Node 20 or newer: it installs the dependencies, including the project's own
 * Node, and builds; everything else runs on that Node.
 */
import path from 'node:path';
import { build, ensureBuilt } from './run/build.mjs';
import { ensureInstalled } from './run/install.mjs';
import { projectNode } from './run/node.mjs';
import { root } from './run/root.mjs';
import { runForwardingSignals } from './run/child.mjs';

/** kafkajs sets timers in the past, which Node 24 warns about. */
const quietTimers = '--disable-warning=TimeoutNegativeWarning';

const jest = (...last) => ({ file: 'node_modules/jest/bin/jest.js', last, jest: true });
/** Integration tests mostly wait, so three at a time keep two cores busy. */
const threeWorkers = ['--maxWorkers=3'];
const program = (file, settings) => ({ file, flags: [quietTimers], built: true, ...settings });
const tool = (name) => program(`dist/tools/${name}/main.js`, { tool: true });

const targets = {
  bench: program('benchmarks/main.mjs', { tool: true }),
  build: { run: build },
  changeset: program('dist/tools/package/changeset.js', { tool: true }),
  'check:package': program('dist/tools/package/check.js', { tool: true }),
  consume: tool('consume'),
  demo: tool('demo'),
  dlq: program('dist/src/cli.js', { first: ['dlq'] }),
  format: { shell: 'prettier --write .' },
  kafka: tool('kafka'),
  // The import rules also check test programs that import the build.
  lint: {
    built: true,
    shell:
      'oxlint --deny-warnings && prettier --check . && ' +
      'depcruise src tools test --config .dependency-cruiser.cjs',
  },
  produce: tool('produce'),
  start: program('dist/bundle/main.js', { flags: [quietTimers, '--enable-source-maps'] }),
  'start:dev': {
    file: 'node_modules/@nestjs/cli/bin/nest.js',
    // Without a shell in between, which would not pass SIGTERM on to the service.
    first: ['start', '--watch', '--no-shell', '--path', 'tsconfig.watch.json'],
  },
  test: { ...jest('--selectProjects', 'unit', 'integration'), first: threeWorkers, built: true },
  'test:fuzz': tool('fuzz'),
  'test:integration': { ...jest('--selectProjects', 'integration'), first: threeWorkers, built: true },
  'test:proofs': { ...jest('--selectProjects', 'proofs'), built: true },
  'test:reliability': program('dist/test/reliability/main.js', { tool: true }),
  'test:unit': jest('--selectProjects', 'unit'),
  'version:package': program('dist/tools/package/version.js', { tool: true }),
  typecheck: { shell: 'tsc --noEmit -p tsconfig.json && node tools/lint/check-scripts.mjs' },
};

const [name, ...extra] = process.argv.slice(2);
const target = Object.hasOwn(targets, name ?? '') ? targets[name] : undefined;
if (!target) {
  console.error(`Usage: node tools/run.mjs <${Object.keys(targets).join('|')}> [arguments]`);
  process.exit(2);
}

try {
  await ensureInstalled();
  const node = projectNode();
  if (target.built) await ensureBuilt(node);
  process.exit(await run(node));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run(node) {
  if (target.run) {
    await target.run(node);
    return 0;
  }
  const [command, args] = target.shell
    ? ['/bin/sh', ['-c', `${target.shell} "$@"`, 'sh', ...extra]]
    : [node, argumentsFor(target)];
  return runForwardingSignals(command, args, environmentFor(target), target.tool);
}

// --selectProjects treats every word after it as a project, so it comes last.
function argumentsFor({ flags = [], file, first = [], last = [] }) {
  return [...flags, file, ...first, ...extra, ...last];
}

function environmentFor({ jest: runsJest }) {
  const binaries = path.join(root, 'node_modules/.bin');
  /** @type {NodeJS.ProcessEnv} */
  const environment = {
    ...process.env,
    // The caller's folder: relative paths in arguments refer to it.
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    PATH: `${binaries}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  if (runsJest) {
    const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', quietTimers];
    environment.NODE_OPTIONS = [process.env.NODE_OPTIONS ?? '', ...options].join(' ').trim();
  }
  return environment;
}
