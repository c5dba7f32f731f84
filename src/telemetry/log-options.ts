import type { Params } from 'nestjs-pino';
import type { ServiceConfig } from '../config/index.js';
import { terminalJson, terminalJsonToPrint } from '../text/terminal-safe.js';
import { callFields } from './call-fields.js';
import { requestFields } from './request-fields.js';

/**
 * How the log is written: one JSON object a line, or readable lines at a terminal. What a producer or a client has
 * chosen may be part of any line, so each is made safe for a terminal as it is written.
 */
export function logOptions({ level, format }: ServiceConfig['log']): Exclude<Params['pinoHttp'], undefined> {
  const isPretty = format === 'pretty';
  return {
    level,
    autoLogging: false,
    mixin: callFields,
    serializers: { req: requestFields },
    hooks: { streamWrite: isPretty ? terminalJsonToPrint : terminalJson },
    ...(isPretty && {
      transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
    }),
  };
}
