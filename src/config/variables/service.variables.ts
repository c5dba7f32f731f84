import { bearerToken, integer, milliseconds, oneOf, text } from './kinds.js';
import { optional, variable } from './variable.js';

/** HTTP, shutdown and logs. */
export const serviceVariables = {
  NODE_ENV: optional(text({ accepts: 'production, development, test or another word' }), {
    description: 'In production no .env file is read and logs are JSON',
  }),
  PORT: variable(integer({ min: 0, max: 65_535 }), {
    description: 'HTTP port of the health endpoints; 0 selects any free port',
    default: '3000',
  }),
  // The HTTP server accepts at most 8 KiB of headers in total.
  OPS_TOKEN: optional(bearerToken(4_096), {
    description:
      "Token for the operators' endpoints, sent as Authorization: Bearer; without it they are closed",
    secret: true,
    file: true,
  }),
  SHUTDOWN_TIMEOUT_MS: variable(milliseconds(), {
    description:
      'How long a shutdown may take before handlers are aborted; keep it below the terminationGracePeriodSeconds of the pod',
    default: '25000',
  }),
  LOG_LEVEL: variable(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    description: 'Least severe level that is logged',
    default: 'info',
  }),
  LOG_FORMAT: optional(oneOf(['json', 'pretty']), {
    description: 'json writes one JSON object per line; pretty writes readable lines',
    defaultInWords: 'pretty on a terminal outside production, otherwise json',
  }),
};
