import { cli, run, wholeNumber } from '../../tools/cli.js';
import { stopRequest } from '../../tools/stop-request.js';
import { Harness, type Options } from './harness.js';
import { scenarios } from './scenarios/index.js';

await run(async () => {
  const stop = stopRequest();
  const program = cli(
    'test:reliability',
    'Does harm to the service on three brokers, by a plan, and counts every record.',
  )
    .option('--list', 'names the scenarios')
    .option('--only <names>', 'these scenarios alone, separated by commas')
    .option('--mix', 'faults at random instead, beside each other')
    .option('--minutes <n>', 'how long a mix does harm', wholeNumber(1, 24 * 60), 10)
    .option('--seed <n,...>', 'what the random plan follows from; a mix for each', '1')
    .option(
      '--rate <n>',
      "a mix's records a second; half of the measured capacity by default",
      wholeNumber(1, 100_000),
    )
    .option('--peers', "the same harm to Nest's own transport and to kafkajs, too, where they can take part")
    .option('--report <folder>', 'writes report.html, report.json and report.md there')
    .option('--keep <folder>', "keeps every instance's ledger and log there")
    .parse();
  const options = program.opts<Options & { list?: true }>();
  if (options.list) {
    for (const { name, description } of scenarios) console.log(`${name.padEnd(24)} ${description}`);
    return 0;
  }
  const outcome = await Promise.race([new Harness(options).run(), stop]);
  if (typeof outcome === 'string') return 130;
  return outcome ? 0 : 1;
});
