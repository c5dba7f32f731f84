import { CodedError } from '../errors/index.js';

/** One problem of the environment. No field contains the value of a secret. */
export interface ConfigProblem {
  readonly variable: string;
  /** The value found, quoted; for a secret only its length. */
  readonly got: string;
  readonly accepts: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** The environment is not a valid configuration. The message lists every problem. */
export class ConfigError extends CodedError {
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
  }
}

function formatProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const blocks = problems.map(({ variable, got, accepts, hint }) =>
    [
      `  ${variable}`,
      `    got:     ${got}`,
      `    accepts: ${accepts}`,
      ...(hint === undefined ? [] : [`    do:      ${hint}`]),
    ].join('\n'),
  );
  return [
    `The configuration has ${count}:`,
    ...blocks,
    'Every variable is described in .env.example and in docs/configuration.md.',
  ].join('\n\n');
}
