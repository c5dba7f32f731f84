import os from 'node:os';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The machine on which the results were measured. */
export function machine() {
  const [cpu] = os.cpus();
  const gib = (os.totalmem() / 2 ** 30).toFixed(0);
  const load = os.loadavg()[0].toFixed(1);
  return [
    `${os.cpus().length} x ${cpu?.model ?? 'unknown processor'}, ${gib} GiB, ${os.type()} ${os.release()}, load ${load}`,
    `Node ${process.versions.node}; ${javaVersion()}; ${pythonVersion()}; broker and consumers on the same machine`,
    ['@nestjs/microservices', 'kafkajs', '@platformatic/kafka'].map(versionOf).join('; '),
    '',
  ].join('\n');
}

function versionOf(name) {
  const { version } = require(`${packageFolder(name)}/package.json`);
  return `${name} ${version}`;
}

function packageFolder(name) {
  const found = require.resolve.paths(name)?.map((folder) => `${folder}/${name}`);
  for (const folder of found ?? []) {
    try {
      require.resolve(`${folder}/package.json`);
      return folder;
    } catch {
      // The next folder up may have it.
    }
  }
  throw new Error(`${name} is not installed.`);
}

function javaVersion() {
  return firstLine('java', ['--version']) ?? 'no Java';
}

function pythonVersion() {
  return firstLine('python3', ['--version']) ?? 'no Python';
}

function firstLine(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      '\n',
    )[0];
  } catch {
    return undefined;
  }
}
