/**
 * Entry of the npm scripts. Plain JavaScript for any Node >= 18, because it is what brings the dependencies,
 * the build and the project's own Node into being; everything after it runs on that Node.
 */
import path from 'node:path';
import { ensureBuilt } from './run/build.mjs';
import { ensureInstalled } from './run/install.mjs';
import { projectNode } from './run/node.mjs';
import { root } from './run/root.mjs';
import { runForwardingSignals } from './run/child.mjs';

/** kafkajs sets timers in the past, which Node 24 warns about. */
const quietTimers = '--disable-warning=TimeoutNegativeWarning';

const jest = (...last) => ({ file: 'node_modules/jest/bin/jest.js', last, jest: true });
const program = (file, settings) => ({ file, flags: [quietTimers], built: true, ...settings });

const targets = {
  bench: program('benchmarks/main.mjs', { tool: true }),
  demo: program('dist/tools/demo/main.js', { tool: true }),
  dlq: program('dist/src/cli.js', { first: ['dlq'] }),
  kafka: program('dist/tools/kafka/main.js', { tool: true }),
  produce: program('dist/tools/produce/main.js', { tool: true }),
  'test:fuzz': program('dist/tools/fuzz/main.js', { tool: true }),
  'test:reliability': program('dist/test/reliability/main.js', { tool: true }),
  start: program('dist/bundle/main.js', { flags: [quietTimers, '--enable-source-maps'] }),
  test: { ...jest('--selectProjects', 'unit', 'integration'), built: true },
  'test:unit': jest('--selectProjects', 'unit'),
  'test:integration': { ...jest('--selectProjects', 'integration'), built: true },
  'test:proofs': { ...jest('--selectProjects', 'proofs'), built: true },
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
  process.exit(await runForwardingSignals(node, argumentsFor(target), environmentFor(target), target.tool));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

// --selectProjects takes every word after it for a project, so it comes last.
function argumentsFor({ flags = [], file, first = [], last = [] }) {
  return [...flags, file, ...first, ...extra, ...last];
}

function environmentFor({ jest: runsJest }) {
  const binaries = path.join(root, 'node_modules/.bin');
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
