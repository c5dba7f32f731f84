import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Contexts of the lines in which Nest lists modules and routes at startup (@nestjs/core). */
const WIRING: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Nest's logger. What Nest says of its own wiring is for debugging; its warnings and errors stay what they are. */
@Injectable()
export class ServiceLogger extends Logger {
  override log(message: unknown, ...optionalParams: unknown[]): void {
    if (WIRING.has(optionalParams.at(-1))) this.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }
}
