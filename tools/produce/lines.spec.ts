import { describe, expect, it } from '@jest/globals';
import { linesOf } from './lines.js';

async function split(...chunks: (string | Buffer)[]): Promise<string[]> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const lines: string[] = [];
  for await (const line of linesOf(source())) lines.push(line.toString('latin1'));
  return lines;
}

describe('linesOf', () => {
  it('linesOf joins a line that arrives in pieces', async () => {
    expect(await split('a', 'b\nc', 'd', '\n')).toEqual(['ab', 'cd']);
  });

  it('linesOf yields a last line without a newline, and empty lines', async () => {
    expect(await split('a\n\nb')).toEqual(['a', '', 'b']);
  });

  it('linesOf accepts Windows line endings, even split across pieces', async () => {
    expect(await split('a\r', '\nb\r\n')).toEqual(['a', 'b']);
  });

  it('linesOf keeps bytes that are not UTF-8', async () => {
    expect(await split(Buffer.from([0xff, 0xfe, 0x0a]))).toEqual(['\u00ff\u00fe']);
  });

  it('linesOf yields nothing for an empty stream', async () => {
    expect(await split()).toEqual([]);
  });
});
