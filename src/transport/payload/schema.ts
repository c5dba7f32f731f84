import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PermanentError } from '../../pipeline/index.js';
import { knownMismatch } from './value-problems.js';

/** A payload does not match its handler's schema. A retry does not help. */
export class SchemaViolationError extends PermanentError {
  override readonly code = 'SCHEMA_VIOLATION';

  /** @param hint the likely cause, if one is known */
  constructor(
    readonly issues: readonly StandardSchemaV1.Issue[],
    hint?: string,
  ) {
    const described = issues.map(describeIssue).join('; ');
    super(`the payload breaks the schema: ${described}${hint === undefined ? '' : ` (${hint})`}`);
    this.name = 'SchemaViolationError';
  }
}

/**
 * Validates a payload, and returns the schema's output.
 * @throws SchemaViolationError with every issue and its path
 */
export function validated(schema: StandardSchemaV1, payload: unknown): unknown {
  const result = schema['~standard'].validate(payload);
  return result instanceof Promise
    ? result.then((settled) => outputOf(settled, payload))
    : outputOf(result, payload);
}

function outputOf(result: StandardSchemaV1.Result<unknown>, payload: unknown): unknown {
  if (result.issues) throw new SchemaViolationError(result.issues, knownMismatch(payload));
  return result.value;
}

function describeIssue({ path = [], message }: StandardSchemaV1.Issue): string {
  const named = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return `${named || 'the payload itself'}: ${message}`;
}
