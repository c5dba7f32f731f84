import type { Step, Transfer } from './transfers.js';

/** A line of a worker's log, as far as the demo needs it. */
export type LogLine =
  /** A handler has made a step. */
  | {
      readonly kind: 'step';
      readonly step: Step;
      readonly transfer: Transfer;
      readonly at: number;
      readonly attempt: number;
    }
  /** The service is started. */
  | { readonly kind: 'started'; readonly health: string }
  /** What becomes of a record that its handler fails to handle. */
  | { readonly kind: 'failure' }
  /** A warning, an error, or not a log line at all. */
  | { readonly kind: 'alarm'; readonly text: string }
  | { readonly kind: 'other' };

const WARN = 40;

/** Parses a JSON line of the service's log. */
export function parseLogLine(line: string): LogLine {
  const fields = jsonObject(line);
  const { msg, level, health, step, account, number, time, attempt, errorClass } = fields;
  if (typeof msg !== 'string' || typeof level !== 'number') return { kind: 'alarm', text: line };
  if (typeof health === 'string') return { kind: 'started', health };
  if (isStep(step) && typeof account === 'string' && typeof number === 'number') {
    return { kind: 'step', step, transfer: { account, number }, at: Number(time), attempt: Number(attempt) };
  }
  if (typeof errorClass === 'string') return { kind: 'failure' };
  return level >= WARN ? { kind: 'alarm', text: msg } : { kind: 'other' };
}

function isStep(value: unknown): value is Step {
  return value === 'started' || value === 'done' || value === 'failed';
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
