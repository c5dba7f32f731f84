import { type ArgumentsHost, Catch, HttpException, HttpStatus } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { describeError } from '../transport/index.js';

/** What went wrong with Kafka or with what was asked for, by the code of its error class. */
const STATUS: Readonly<Record<string, HttpStatus>> = {
  DLQ: HttpStatus.NOT_FOUND,
  UNKNOWN_TOPIC: HttpStatus.NOT_FOUND,
  FENCED: HttpStatus.CONFLICT,
};

/**
 * Answers with what went wrong, in one line and without a stack: who gets here has the token, and is the one who
 * has to know. What is none of the request's fault is 502: it comes from the brokers, as nothing else is asked.
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
