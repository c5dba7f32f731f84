import { bearerToken, integer, milliseconds, oneOf, text } from './kinds.js';
import { optional, variable } from './variable.js';

/** What is not about Kafka: HTTP, shutdown, logs. */
export const serviceVariables = {
  NODE_ENV: optional(text({ accepts: 'production, development, test or another word' }), {
    description: 'With production no .env file is read and logs are JSON',
  }),
  PORT: variable(integer({ min: 0, max: 65_535 }), {
    description: 'HTTP port of the health endpoints; 0 is any free port',
    default: '3000',
  }),
  // The HTTP server takes 8 KiB of headers, all of them together.
  OPS_TOKEN: optional(bearerToken(4_096), {
    description: "Token that opens the operators' endpoints, sent as Authorization: Bearer; none is closed",
    secret: true,
    file: true,
  }),
  SHUTDOWN_TIMEOUT_MS: variable(milliseconds(), {
    description:
      'How long a stop may take before handlers are aborted; keep it under the terminationGracePeriodSeconds of the pod',
    default: '25000',
  }),
  LOG_LEVEL: variable(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    description: 'Least severe level that is written',
    default: 'info',
  }),
  LOG_FORMAT: optional(oneOf(['json', 'pretty']), {
    description: 'One JSON object a line, or lines for a human',
    defaultInWords: 'pretty on a terminal outside production, else json',
  }),
};
