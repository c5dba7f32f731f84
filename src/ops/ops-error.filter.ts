import { type ArgumentsHost, Catch, HttpException, HttpStatus } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { describeError } from '../transport/index.js';

/** HTTP status by the `code` of an error. */
const STATUS: Readonly<Record<string, HttpStatus>> = {
  DLQ: HttpStatus.NOT_FOUND,
  UNKNOWN_TOPIC: HttpStatus.NOT_FOUND,
  FENCED: HttpStatus.CONFLICT,
};

/**
 * Answers with the error's message in one line, without a stack: the caller has the token and needs to know it. An
 * error that the request did not cause comes from the brokers, so it is answered with 502.
 */
@Catch()
export class OpsErrorFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    super.catch(error instanceof HttpException ? error : toHttp(error), host);
  }
}

function toHttp(error: unknown): HttpException {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = STATUS[code] ?? HttpStatus.BAD_GATEWAY;
  return new HttpException({ statusCode: status, message: describeError(error) }, status, { cause: error });
}
