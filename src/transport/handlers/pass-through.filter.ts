import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { describeError } from '../../pipeline/index.js';
import { CodedError } from '../../errors/index.js';

/** A value that is not an Error was thrown, and no filter caught it. */
export class ThrownValueError extends CodedError {
  readonly code = 'THROWN_VALUE';

  constructor(value: unknown) {
    super(describeError(value), { cause: value });
  }
}

/**
 * Passes errors that no other filter catches to the transport unchanged. Nest's default filter would turn them into
 * plain objects without class, cause or stack. It is registered for the Kafka microservice only.
 */
@Catch()
export class PassThroughFilter implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => (error instanceof Error ? error : new ThrownValueError(error)));
  }
}
