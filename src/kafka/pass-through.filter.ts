import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type Observable, throwError } from 'rxjs';

/**
 * Lets an error that no filter of the user's catches reach the transport as it is. Nest's own last filter
 * would make of it a plain object without class, cause or stack. HTTP is left to Nest.
 */
@Catch()
export class PassThroughFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void | Observable<never> {
    return host.getType() === 'rpc' ? throwError(() => error) : super.catch(error, host);
  }
}
