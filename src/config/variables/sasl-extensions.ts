import { z } from 'zod';
import type { Kind } from './variable.js';

/** Names and values of RFC 7628, 3.1. */
const NAME = /^[A-Za-z]+$/;
const VALUE = /^[\x20-\x7E]+$/;
/** The extension that carries the token itself. */
const RESERVED = 'auth';

/** `name=value,name=value`: SASL extensions by name. */
export function saslExtensions(): Kind<Readonly<Record<string, string>>> {
  const schema = z.string().transform((input, ctx): Readonly<Record<string, string>> => {
    const extensions: Record<string, string> = {};
    for (const part of input.split(',')) {
      const [, name = '', value = ''] = /^\s*([^=]*?)\s*=(.*)$/.exec(part) ?? [];
      const message = problemOf(name, value.trim(), extensions);
      if (message !== undefined) {
        ctx.issues.push({ code: 'custom', message, input });
        return z.NEVER;
      }
      extensions[name] = value.trim();
    }
    return extensions;
  });
  return { accepts: 'name=value, several with commas between them; a name has letters only', schema };
}

function problemOf(name: string, value: string, known: Readonly<Record<string, string>>): string | undefined {
  if (!NAME.test(name)) return 'write name=value, with a name of the letters A to Z and a to z';
  if (name === RESERVED) return `remove ${RESERVED}: it is the token, which is sent anyway`;
  if (Object.hasOwn(known, name)) return `name ${name} only once`;
  if (!VALUE.test(value)) return `give ${name} a value of printable ASCII characters without a comma`;
  return undefined;
}
