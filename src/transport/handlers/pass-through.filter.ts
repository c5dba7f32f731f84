import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type Observable, throwError } from 'rxjs';
import { describeError } from '../../pipeline/index.js';

/** A value that is not an Error was thrown, and no filter caught it. */
export class ThrownValueError extends Error {
  readonly code = 'THROWN_VALUE';

  constructor(value: unknown) {
    super(describeError(value), { cause: value });
    this.name = 'ThrownValueError';
  }
}

/**
 * Passes errors that no filter of the user catches to the transport unchanged. Nest's own last filter would replace
 * them by a plain object without class, cause or stack. HTTP is left to Nest.
 */
@Catch()
export class PassThroughFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void | Observable<never> {
    if (host.getType() !== 'rpc') return super.catch(error, host);
    return throwError(() => (error instanceof Error ? error : new ThrownValueError(error)));
  }
}
