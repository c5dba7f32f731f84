import { describe, expect, it } from '@jest/globals';
import { parseLogLine } from './log-line.js';

describe('parseLogLine', () => {
  it('parseLogLine finds the step of a handler, its time and its attempt', () => {
    const fields = {
      level: 30,
      time: 1_700,
      msg: 'transfer',
      step: 'failed',
      account: 'ada',
      number: 3,
      attempt: 2,
    };
    expect(parseLogLine(JSON.stringify(fields))).toEqual({
      kind: 'step',
      step: 'failed',
      transfer: { account: 'ada', number: 3 },
      at: 1_700,
      attempt: 2,
    });
  });

  it('parseLogLine finds where the health of a started service is', () => {
    const line = '{"level":30,"msg":"started","health":"http://[::1]:1/health","handlers":[]}';
    expect(parseLogLine(line)).toEqual({ kind: 'started', health: 'http://[::1]:1/health' });
  });

  it('parseLogLine tells the failure of a record from other warnings', () => {
    expect(parseLogLine('{"level":50,"msg":"is a dead letter now","errorClass":"Error"}')).toEqual({
      kind: 'failure',
    });
    expect(parseLogLine('{"level":40,"msg":"careful"}')).toEqual({ kind: 'alarm', text: 'careful' });
    expect(parseLogLine('{"level":30,"msg":"joined"}')).toEqual({ kind: 'other' });
  });

  it.each(['    at Object.<anonymous>', 'null', '{"msg":"no level"}'])(
    'parseLogLine reports as alarming %s',
    (line) => {
      expect(parseLogLine(line)).toEqual({ kind: 'alarm', text: line });
    },
  );
});
