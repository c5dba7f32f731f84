import type { LogConfig } from '../config/index.js';
import type { HandlerSummary } from '../transport/index.js';

/**
 * The last line of the start: the URL of health, and the handlers, as a table in the pretty format and as an array in
 * JSON.
 */
export async function startedLine(
  handlers: readonly HandlerSummary[],
  health: string,
  format: LogConfig['format'],
): Promise<string | object> {
  const msg = `started; health is served at ${health}`;
  if (format === 'json') return { msg, health, handlers };
  const { handlerTable } = await import('./handler-table.js');
  return `${msg}\n${handlerTable(handlers)}`;
}
