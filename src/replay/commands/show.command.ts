import type { Command } from 'commander';
import { toOffset } from '../../pipeline/index.js';
import { offset as offsetOption, wholeNumber } from './arguments.js';
import { requireDeadLetter } from '../reading/failure.js';
import { describeFailure, failureText } from './failure-text.js';
import { print } from './output.js';
import { type SessionSource, withSession } from './session.js';

interface Options {
  readonly payload?: true;
  readonly json?: true;
}

/** `dlq show`: prints one dead letter with all of its properties. */
export function addShowCommand(dlq: Command, source: SessionSource): void {
  dlq
    .command('show')
    .description('shows a dead letter: origin, error, headers')
    .argument('<topic>', 'a topic or its dead-letter topic')
    .argument('<partition>', 'of the dead-letter topic', wholeNumber(0, 2_147_483_647))
    .argument('<offset>', 'of the dead-letter topic', offsetOption)
    .option('--payload', 'show the value too')
    .option('--json', 'print JSON')
    .action((name: string, partition: number, offset: string, options: Options) =>
      withSession(source, async ({ reader, topics }) => {
        const { topic } = topics.one(name);
        const { deadLetter, replayed } = await requireDeadLetter(reader, topic, partition, toOffset(offset));
        const shown = { ...describeFailure(deadLetter, options.payload === true), replayed };
        print(shown, options.json === true, () => failureText(shown));
      }),
    );
}
