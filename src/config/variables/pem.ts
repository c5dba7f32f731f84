import { z } from 'zod';
import type { Kind } from './variable.js';

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n[\s\S]+?\r?\n-----END \1-----$/m;

/** PEM text with a block of the given type; `\n` written as two characters counts as a line break. */
export function pem(sort: 'CERTIFICATE' | 'PRIVATE KEY'): Kind<string> {
  const accepts = `PEM text that starts with -----BEGIN ${sort}-----; line breaks may be written as \\n`;
  const schema = z.string().transform((input, ctx): string => {
    const lines = input.replace(/(?:\\r)?\\n/g, '\n').trim();
    const message = pemHint(lines, sort);
    if (message === undefined) return lines;
    ctx.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });
  return { accepts, schema };
}

function pemHint(lines: string, sort: string): string | undefined {
  const labels = Array.from(lines.matchAll(new RegExp(BLOCK, 'gm')), ([, label]) => label ?? '');
  // A key may be `RSA PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`, a certificate `TRUSTED CERTIFICATE`.
  if (labels.some((label) => label.endsWith(sort))) return undefined;
  if (labels.length > 0)
    return `give the ${sort.toLowerCase()}; this is PEM of another type: ${labels[0] ?? ''}`;
  if (lines.includes('-----BEGIN')) return 'keep the line breaks of the PEM file, or give it by file';
  return 'give the text of the PEM file, or its path in the variable that ends in _FILE';
}
