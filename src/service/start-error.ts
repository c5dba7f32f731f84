import { inspect } from 'node:util';
import { ConfigError } from '../config/index.js';
import { terminalLines } from '../text/terminal-safe.js';

/** The message that is printed if the service cannot start, safe for a terminal. */
export function startErrorText(error: unknown): string {
  return terminalLines(plainMessage(error) ?? inspect(error));
}

/** The message of an error that an operator can correct; undefined for others, which are printed with their stack. */
function plainMessage(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('port' in error))
    return undefined;
  if (error.code === 'EADDRINUSE')
    return `Port ${String(error.port)} is in use by another program. Set PORT to a free port, or to 0 for any.`;
  if (error.code === 'EACCES')
    return `The service may not listen on port ${String(error.port)}. Set PORT to a port above 1023, or to 0 for any.`;
  return undefined;
}
