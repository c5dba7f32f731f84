import type { TransformSample } from '../planning/differences.js';
import type { DryRunReport } from '../planning/dry-run.js';
import type { SkippedGroup } from '../planning/record-groups.js';
import { terminalLine } from '../../text/terminal-safe.js';
import { counted, indented } from './output.js';
import type { ReplayReport } from '../replay.js';

/** Number of positions printed for each reason; `--json` prints all that the report has. */
const POSITIONS = 10;

/** Formats the report of a replay as readable text. */
export function formatReplayReport({
  deadLetterTopic,
  replayed,
  alreadyReplayed,
  ended,
  skipped,
}: ReplayReport): string {
  return [
    `${counted(replayed, 'dead letter')} of ${deadLetterTopic} replayed.`,
    ...formatAlreadyReplayed(alreadyReplayed),
    ...skipped.flatMap(formatSkipped),
    ...(ended === 'limit' ? ['Ended by --limit; run it again for more.'] : []),
    ...(ended === 'interrupted' ? ['Interrupted; run it again for the rest.'] : []),
  ].join('\n');
}

/** Formats the report of a dry run as readable text. */
export function formatDryRunReport(report: DryRunReport): string {
  const { deadLetterTopic, wouldReplay, wouldPass, wouldFail, alreadyReplayed, skipped, samples } = report;
  return [
    `Dry run: ${counted(wouldReplay, 'dead letter')} of ${deadLetterTopic} would be replayed; nothing was sent.`,
    `${wouldPass} would pass.`,
    ...wouldFail.flatMap(({ reason, count, example }) => [
      `${count} would fail: ${terminalLine(reason)}`,
      `  for example ${example}`,
    ]),
    ...formatAlreadyReplayed(alreadyReplayed),
    ...skipped.flatMap(formatSkipped),
    ...samples.flatMap(formatSample),
  ].join('\n');
}

function formatAlreadyReplayed(count: number): string[] {
  return count === 0 ? [] : [`${count} had been replayed before.`];
}

function formatSkipped({ reason, detail, count, positions }: SkippedGroup): string[] {
  const shown = positions.slice(0, POSITIONS).map((position) => `  ${position}`);
  const rest = count - shown.length;
  return [
    `${count} skipped (${reason}): ${terminalLine(detail)}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function formatSample(sample: TransformSample): string[] {
  const { position, bytesBefore, bytesAfter, keyChanged, headersChanged, pathsChanged, before, after } =
    sample;
  return [
    `Transformed, for example ${position}: ${bytesBefore ?? 'no'} bytes before, ${bytesAfter ?? 'no'} after`,
    ...(keyChanged ? ['  ~ key'] : []),
    ...headersChanged.map((name) => `  ~ header ${terminalLine(name)}`),
    ...(pathsChanged ?? []).map((path) => `  ${terminalLine(path)}`),
    ...(before === undefined ? [] : [`  before: ${indented(before ?? '(null)', 10)}`]),
    ...(after === undefined ? [] : [`  after:  ${indented(after ?? '(null)', 10)}`]),
  ];
}
