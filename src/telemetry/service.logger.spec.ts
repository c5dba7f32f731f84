import { expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { LoggerModule } from 'nestjs-pino';
import { Writable } from 'node:stream';
import { ServiceLogger } from './service.logger.js';

/** The level of each line by its text. */
async function levels(write: (logger: ServiceLogger) => void): Promise<Record<string, string>> {
  const lines: Record<string, string> = {};
  const stream = new Writable({
    write(chunk: unknown, _encoding, done) {
      const { msg, level } = JSON.parse(String(chunk)) as { msg: string; level: number };
      lines[msg] = { 20: 'debug', 30: 'info', 40: 'warn' }[level] ?? String(level);
      done();
    },
  });
  const module = await Test.createTestingModule({
    imports: [LoggerModule.forRoot({ pinoHttp: [{ level: 'debug' }, stream] })],
    providers: [ServiceLogger],
  }).compile();
  write(module.get(ServiceLogger));
  return lines;
}

test('lines about the wiring of Nest are for debugging only, and its warnings stay warnings', async () => {
  const lines = await levels((logger) => {
    logger.log('dependencies initialized', 'InstanceLoader');
    logger.log('joined', 'KafkaConsumer g');
    logger.log('without a context');
    logger.warn('a route twice', 'RouterExplorer');
  });
  expect(lines).toEqual({
    'dependencies initialized': 'debug',
    joined: 'info',
    'without a context': 'info',
    'a route twice': 'warn',
  });
});
