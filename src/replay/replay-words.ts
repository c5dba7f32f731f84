import type { TransformSample } from './differences.js';
import type { DryRunReport } from './dry-run.js';
import type { LeftGroup } from './left-behind.js';
import { terminalLine } from '../text/terminal-safe.js';
import { counted, indented } from './output.js';
import type { ReplayReport } from './replay.js';

/** How many positions of a group are printed; `--json` has them all. */
const POSITIONS = 10;

/** A replay's report, for a person. */
export function replayInWords({
  deadLetterTopic,
  replayed,
  alreadyReplayed,
  ended,
  left,
}: ReplayReport): string {
  return [
    `${counted(replayed, 'dead letter')} of ${deadLetterTopic} replayed.`,
    ...alreadyInWords(alreadyReplayed),
    ...left.flatMap(leftInWords),
    ...(ended === 'limit' ? ['Ended by --limit; run it again for more.'] : []),
    ...(ended === 'interrupted' ? ['Interrupted; run it again for the rest.'] : []),
  ].join('\n');
}

/** A dry run's report, for a person. */
export function dryRunInWords(report: DryRunReport): string {
  const { deadLetterTopic, wouldReplay, wouldPass, wouldFail, alreadyReplayed, left, samples } = report;
  return [
    `Dry run: ${counted(wouldReplay, 'dead letter')} of ${deadLetterTopic} would be replayed; nothing was sent.`,
    `${wouldPass} would pass.`,
    ...wouldFail.flatMap(({ reason, count, example }) => [
      `${count} would fail: ${terminalLine(reason)}`,
      `  such as ${example}`,
    ]),
    ...alreadyInWords(alreadyReplayed),
    ...left.flatMap(leftInWords),
    ...samples.flatMap(sampleInWords),
  ].join('\n');
}

function alreadyInWords(count: number): string[] {
  return count === 0 ? [] : [`${count} had been replayed before.`];
}

function leftInWords({ reason, detail, count, positions }: LeftGroup): string[] {
  const shown = positions.slice(0, POSITIONS).map((position) => `  ${position}`);
  const rest = count - shown.length;
  return [
    `${count} left (${reason}): ${terminalLine(detail)}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function sampleInWords(sample: TransformSample): string[] {
  const { position, bytesBefore, bytesAfter, keyChanged, headersChanged, pathsChanged, before, after } =
    sample;
  return [
    `Transformed, such as ${position}: ${bytesBefore ?? 'no'} bytes before, ${bytesAfter ?? 'no'} after`,
    ...(keyChanged ? ['  ~ key'] : []),
    ...headersChanged.map((name) => `  ~ header ${terminalLine(name)}`),
    ...(pathsChanged ?? []).map((path) => `  ${terminalLine(path)}`),
    ...(before === undefined ? [] : [`  before: ${indented(before ?? '(null)', 10)}`]),
    ...(after === undefined ? [] : [`  after:  ${indented(after ?? '(null)', 10)}`]),
  ];
}
