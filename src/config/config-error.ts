import { CodedError } from '../errors/index.js';

/** One problem of the environment, or of options. No field contains the value of a secret. */
export interface ConfigProblem {
  /** Name of the variable, or path of the option. */
  readonly variable: string;
  /** The value found, quoted; for a secret only its length. */
  readonly got: string;
  readonly accepts: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** The environment, or the options of `KafkaModule`, are not a valid configuration. The message lists every problem. */
export class ConfigError extends CodedError {
  readonly code = 'CONFIG_INVALID';

  constructor(
    readonly problems: readonly ConfigProblem[],
    source: 'environment' | 'options' | 'ops' = 'environment',
  ) {
    super(formatProblems(problems, SOURCES[source]));
  }
}

const SOURCES = {
  environment: {
    title: 'The configuration has',
    reference: 'Every variable is described in .env.example and in docs/configuration.md.',
  },
  options: {
    title: 'The options of KafkaModule have',
    reference: 'Every option is described in docs/package.md and in the types.',
  },
  ops: {
    title: 'The options of KafkaOpsModule have',
    reference: 'Every option is described in docs/operations.md and in the types.',
  },
};

function formatProblems(
  problems: readonly ConfigProblem[],
  { title, reference }: (typeof SOURCES)[keyof typeof SOURCES],
): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const blocks = problems.map(({ variable, got, accepts, hint }) =>
    [
      `  ${variable}`,
      `    got:     ${got}`,
      `    accepts: ${accepts}`,
      ...(hint === undefined ? [] : [`    do:      ${hint}`]),
    ].join('\n'),
  );
  return [`${title} ${count}:`, ...blocks, reference].join('\n\n');
}
