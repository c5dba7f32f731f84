#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.js';
import { GeneratorError } from './generator-error.js';
import { summaryOf } from './summary.js';
import type { Template } from './template.js';
import { upgrade } from './upgrade.js';

const USAGE = `Usage:
  npm create nestjs-kafka-consumer <name> [-- --dir <folder>]
      generates a service into a new folder, ./<name> by default
  npm create nestjs-kafka-consumer@latest upgrade [-- --dir <folder>] [--dry-run]
      brings the files of a generated service that nobody changed to the latest template;
      --dry-run writes nothing

Options: --version, --help`;

const OPTIONS = {
  dir: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const;

try {
  await main();
} catch (error) {
  if (!(error instanceof GeneratorError)) throw error;
  console.error(error.message);
  process.exitCode = error.code === 'INVALID_ARGUMENTS' ? 2 : 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.help) return console.log(USAGE);
  const template: Template = JSON.parse(
    await readFile(path.join(import.meta.dirname, 'template.json'), 'utf8'),
  );
  if (values.version) return console.log(template.version);
  const [first, ...others] = positionals;
  if (first === undefined || others.length > 0) throw misused('One argument is expected.');
  if (first === 'upgrade') {
    const result = await upgrade(template, path.resolve(values.dir ?? '.'), values['dry-run']);
    return console.log(summaryOf(result, values['dry-run']));
  }
  if (values['dry-run']) throw misused('--dry-run is an option of upgrade.');
  const folder = path.resolve(values.dir ?? first);
  const count = await generate(template, first, folder);
  const place = path.relative('.', folder);
  const steps = ['npm install', 'npm test', 'npm run demo'];
  if (place !== '') steps.unshift(`cd ${place.startsWith('..') ? folder : place}`);
  console.log(`${count} files in ${folder}. Next:\n\n${steps.map((step) => `  ${step}`).join('\n')}`);
}

function parse(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

function misused(why: string): GeneratorError {
  return new GeneratorError('INVALID_ARGUMENTS', `${why}\n\n${USAGE}`);
}
