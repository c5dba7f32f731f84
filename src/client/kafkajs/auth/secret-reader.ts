import { Logger } from '@nestjs/common';
import { ConfigError, reloadSecrets } from '../../../config/index.js';
import { describeError } from '../../../pipeline/index.js';

type WithFiles = Parameters<typeof reloadSecrets>[0];

/**
 * Reads secrets from their files for each new connection. If a file is missing or half written, the secrets that were
 * read before are used: they may still be valid.
 */
export class SecretReader<Config extends WithFiles> {
  readonly #logger = new Logger('KafkaSecrets');
  #last: Config;
  #problem: string | undefined;

  /** @param validate throws if the secrets in the files do not match each other */
  constructor(
    config: Config,
    private readonly validate: (config: Config) => void = () => undefined,
  ) {
    this.#last = config;
  }

  /** @returns the configuration with its current secrets */
  read(): Config {
    if (Object.keys(this.#last.files).length === 0) return this.#last;
    try {
      const current = reloadSecrets(this.#last);
      this.validate(current);
      this.#problem = undefined;
      this.#last = current;
    } catch (error) {
      this.#warn(problemOf(error));
    }
    return this.#last;
  }

  /** Warns once per problem, not at each reconnect. */
  #warn(problem: string): void {
    if (problem !== this.#problem)
      this.#logger.warn(
        `the secrets in the files cannot be used, so those that were read before are used: ${problem}`,
      );
    this.#problem = problem;
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof ConfigError)) return describeError(error);
  return error.problems.map(({ variable, got }) => `${variable}: ${got}`).join('; ');
}
