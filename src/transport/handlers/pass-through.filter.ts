import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type Observable, throwError } from 'rxjs';
import { describeError } from '../../pipeline/index.js';

/** Something other than an Error was thrown, and no filter made anything of it. */
export class ThrownValueError extends Error {
  readonly code = 'THROWN_VALUE';

  constructor(value: unknown) {
    super(describeError(value), { cause: value });
    this.name = 'ThrownValueError';
  }
}

/**
 * Lets an error that no filter of the user's catches reach the transport as it is. Nest's own last filter
 * would make of it a plain object without class, cause or stack. HTTP is left to Nest.
 */
@Catch()
export class PassThroughFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void | Observable<never> {
    if (host.getType() !== 'rpc') return super.catch(error, host);
    return throwError(() => (error instanceof Error ? error : new ThrownValueError(error)));
  }
}
