import { cli, run, wholeNumber } from '../cli.js';
import { bombs } from './bombs.js';
import { fuzz } from './fuzz.js';

interface Options {
  cases: number;
  seed: number;
}

await run(async () => {
  const program = cli(
    'test:fuzz',
    'Reads mutated responses of brokers and reports each that violates a rule.',
  )
    .option('--cases <number>', 'number of cases', wholeNumber(1, 1_000_000_000), 1_000_000)
    .option('--seed <number>', 'the same seed produces the same cases', wholeNumber(0, 2 ** 31), 1)
    .parse();
  const { cases, seed } = program.opts<Options>();
  const began = performance.now();
  const progress = (done: number): void => {
    if (done % 100_000 === 0 && done > 0) console.log(`${done} cases`);
  };
  const result = await fuzz({ seed, cases, bombs: await bombs(), progress });
  for (const { at, what, broken, answer } of result.findings)
    console.log(`case ${at} of seed ${seed}: ${what}: ${broken}\n  ${answer}`);
  const seconds = Math.round((performance.now() - began) / 1_000);
  const turn = result.longestTurnMs.toFixed(1);
  console.log(
    `${cases} cases of seed ${seed} in ${seconds} s: ${result.findings.length} violated a rule; ${result.unreadable} logs ` +
      `unreadable with an error, ${result.records} records read, the longest turn ${turn} ms of CPU time, ` +
      `${Math.round(result.peakBytes / 1_048_576)} MB at most for one response`,
  );
  return result.findings.length === 0 ? 0 : 1;
});
