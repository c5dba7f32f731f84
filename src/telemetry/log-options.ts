import type { Params } from 'nestjs-pino';
import type { ServiceConfig } from '../config/index.js';
import { terminalJson, terminalJsonToPrint } from '../text/terminal-safe.js';
import { callFields } from './call-fields.js';
import { requestFields } from './request-fields.js';

/**
 * Options of the logger: one JSON object per line, or readable lines on a terminal. Any line may contain text that a
 * producer or a client has chosen, so every line is made safe for a terminal.
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
