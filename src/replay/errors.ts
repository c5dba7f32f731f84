import { CodedError } from '../errors/index.js';

/** The arguments of a command are invalid. Printed in one line, with exit code 2. */
export class UsageError extends CodedError {
  readonly code = 'USAGE';
}

/** A command failed. Printed in one line, with exit code 1. */
export class DlqError extends CodedError {
  readonly code = 'DLQ';
}
