import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { stopRequest } from '../dist/tools/stop-request.js';
import { bench } from './harness/bench.mjs';
import { topOf } from './report/cpu-profile.mjs';
import { toJson } from './report/json.mjs';
import { machine } from './report/machine.mjs';
import { printScenario, printSummary } from './report/table.mjs';
import { scenarios } from './scenarios/index.mjs';

/** @returns {Promise<number>} the exit code: 0 done, 1 a contender failed or ours lost a commit, 2 usage */
export async function main(args) {
  try {
    return await run(parse(args));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error);
    return 1;
  }
}

function parse(args) {
  const program = new Command('bench')
    .description('Measures the service against its peers, one process after the other, in one run.')
    .option('--quick', 'smaller topics and fewer repetitions: under five minutes')
    .option(
      '--only <names>',
      'these scenarios, or families of them, alone; with commas between them',
      (text) => text.split(','),
    )
    .option('--list', 'names the scenarios')
    .option('--repeat <times>', 'how often each contender runs', wholeNumber)
    .option('--json <file>', 'writes the figures')
    .option('--against <checkout>', 'ours alone, in turn with that of another checkout, installed and built')
    .option('--profile', 'runs ours once with --cpu-prof and prints where its time goes; no peers')
    .exitOverride();
  program.parse(args, { from: 'user' });
  return program.opts();
}

async function run(options) {
  if (options.list) {
    for (const { name, what } of scenarios) console.log(`${name.padEnd(22)} ${what}`);
    return 0;
  }
  const chosen = choose(options);
  if (!chosen) return 2;
  void stopRequest().then((reason) => {
    console.error(`${reason}: stopping; every process of the benchmark ends with this one.`);
    process.exit(130);
  });

  console.log(machine());
  const { results, failures } = await bench(chosen, {
    ...options,
    against: options.against && fromCaller(options.against),
    onScenario: (result) => (options.profile ? printProfiles(result) : printScenario(result)),
  });
  if (!options.profile) printSummary(results);
  if (options.json) writeFileSync(fromCaller(options.json), `${JSON.stringify(toJson(results), null, 2)}\n`);
  for (const failure of failures) console.error(`FAILED ${failure}`);
  return failures.length > 0 ? 1 : 0;
}

function choose({ only, quick }) {
  const isNamed = (scenario, name) => scenario.name === name || scenario.name.startsWith(`${name}-`);
  const unknown = (only ?? []).filter((name) => !scenarios.some((scenario) => isNamed(scenario, name)));
  if (unknown.length > 0) {
    console.error(`No scenario is called ${unknown.join(', ')}; --list names them.`);
    return undefined;
  }
  // A name stands for itself, or for the family that begins with it.
  const chosenBy = (scenario) => (name) =>
    scenarios.some((each) => each.name === name) ? scenario.name === name : isNamed(scenario, name);
  return scenarios.filter((scenario) =>
    only ? only.some(chosenBy(scenario)) : !(quick && scenario.fullOnly),
  );
}

function printProfiles({ scenario, runs }) {
  for (const { profile } of runs) {
    if (!profile) continue;
    console.log(`\n${scenario.name}: ${path.relative(process.cwd(), profile)}`);
    console.log(topOf(JSON.parse(readFileSync(profile, 'utf8'))));
  }
}

function wholeNumber(text) {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 999.');
}

/** npm runs scripts in the project's folder; a relative path means the caller's. */
function fromCaller(file) {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
}
