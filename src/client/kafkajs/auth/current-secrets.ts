import { Logger } from '@nestjs/common';
import { ConfigError, withCurrentSecrets } from '../../../config/index.js';
import { describeError } from '../../../pipeline/index.js';

type WithFiles = Parameters<typeof withCurrentSecrets>[0];

/**
 * Secrets as their files are now, for each new connection. A file that is half written, or away for a moment, is no
 * reason to lose a service that holds secrets which may still be good: then those of the last time are used.
 */
export class CurrentSecrets<Config extends WithFiles> {
  readonly #logger = new Logger('KafkaSecrets');
  #last: Config;
  #problem: string | undefined;

  /** @param isFit throws where what the files hold does not go together */
  constructor(
    config: Config,
    private readonly isFit: (config: Config) => void = () => undefined,
  ) {
    this.#last = config;
  }

  read(): Config {
    if (Object.keys(this.#last.files).length === 0) return this.#last;
    try {
      const current = withCurrentSecrets(this.#last);
      this.isFit(current);
      this.#problem = undefined;
      this.#last = current;
    } catch (error) {
      this.#warn(whatIsWrong(error));
    }
    return this.#last;
  }

  /** Once for each problem: a service that reconnects for an hour says it no more often. */
  #warn(problem: string): void {
    if (problem !== this.#problem)
      this.#logger.warn(
        `the secrets read before are used, as those in their files now can not be: ${problem}`,
      );
    this.#problem = problem;
  }
}

function whatIsWrong(error: unknown): string {
  if (!(error instanceof ConfigError)) return describeError(error);
  return error.problems.map(({ variable, got }) => `${variable}: ${got}`).join('; ');
}
