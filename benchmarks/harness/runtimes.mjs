import path from 'node:path';
import { cached, mustRun } from './cache.mjs';

const kafkaPython = 'kafka-python==2.3.3';
const contenders = path.join(import.meta.dirname, '../contenders');
const nodeFlags = ['--disable-warning=TimeoutNegativeWarning'];

const node = (...args) => ({ command: process.execPath, args: [...nodeFlags, ...args] });
const script = (file) => async () => node(path.join(contenders, file));

/** How each contender is started; the error of a function that fails is the reason for skipping the contender. */
const runtimes = {
  // Unbundled for a profile, which shows files.
  ours: script('ours.mjs'),
  nest: script('nest.mjs'),
  'kafkajs-each-message': script('kafkajs.mjs'),
  'kafkajs-each-batch': script('kafkajs.mjs'),
  platformatic: script('platformatic.mjs'),
  'kafka-python': python,
  'parallel-consumer': parallelConsumer,
};

const ready = new Map();

/**
 * The command that starts a contender; the job is its last argument.
 * @param {string} name
 * @param {Record<string, string>} builds the bundles that there are, by contender
 * @returns {Promise<{ command: string, args: string[] } | { reason: string }>}
 */
export async function runtimeOf(name, builds) {
  // With the flag that production has.
  if (builds[name]) return node('--enable-source-maps', builds[name]);
  if (!ready.has(name)) {
    ready.set(name, await runtimes[name]().catch((error) => ({ reason: error.message })));
  }
  return ready.get(name);
}

/** Packages are installed into a folder, not a venv: a venv contains its own path and cannot be renamed. */
async function python() {
  const packages = await cached('kafka-python', [kafkaPython], (folder) =>
    mustRun(
      'python3',
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '--target',
      folder,
      kafkaPython,
    ),
  );
  return {
    command: 'python3',
    args: [path.join(contenders, 'kafka_python.py')],
    env: { PYTHONPATH: packages },
  };
}

async function parallelConsumer() {
  const source = path.join(contenders, 'parallel-consumer');
  const files = ['pom.xml', 'ParallelConsumerBench.java'].map((file) => path.join(source, file));
  const folder = await cached('parallel-consumer', files, async (partial) => {
    const lib = path.join(partial, 'lib');
    const [pom, program] = files;
    await mustRun('mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`);
    await mustRun('javac', '-cp', path.join(lib, '*'), '-d', partial, program);
  });
  return {
    command: 'java',
    args: ['-cp', [folder, path.join(folder, 'lib/*')].join(path.delimiter), 'ParallelConsumerBench'],
  };
}
