import { closestMatch } from 'leven';
import { z } from 'zod';
import type { Kind } from './variable.js';

/** A longer duration is almost certainly a typing mistake; Node's timers overflow at 24.8 days. */
const LONGEST_DURATION_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** Free text on one line. */
export function text({
  longest = 255,
  accepts = `text of 1 to ${longest} characters on one line`,
}: { readonly longest?: number; readonly accepts?: string } = {}): Kind<string> {
  const oneLine = z
    .string()
    .max(longest, { error: `shorten it to ${longest} characters` })
    .regex(/^\P{Cc}*$/u, { error: 'remove the control characters, such as a line break' });
  return { accepts, schema: oneLine };
}

/** A secret: any text of any length. */
export function secretText(): Kind<string> {
  return { accepts: 'text', schema: z.string() };
}

/** A token too long to guess, in characters that an HTTP header transmits unchanged (RFC 6750, b64token). */
export function bearerToken(longest: number): Kind<string> {
  const schema = z
    .string()
    .regex(/^[\w.~+/=-]*$/, { error: 'use letters, digits and - . _ ~ + / = only' })
    .min(16, { error: 'use a longer one, for example from `openssl rand -hex 32`' })
    .max(longest, { error: `shorten it to ${longest} characters` });
  return { accepts: `text of 16 to ${longest} letters, digits and - . _ ~ + / =`, schema };
}

/** An http or https URL. */
export function httpUrl(): Kind<string> {
  const schema = z.url({ protocol: /^https?$/, error: 'write a URL that begins with http:// or https://' });
  return { accepts: 'URL of http or https', schema };
}

/** An http or https URL without credentials, so it may be printed. */
export function publicHttpUrl(): Kind<string> {
  const { accepts, schema } = httpUrl();
  const isPublic = (url: string): boolean =>
    !URL.canParse(url) || new URL(url).username + new URL(url).password === '';
  return { accepts, schema: schema.refine(isPublic, { error: 'remove the credentials from it' }) };
}

/** A number from 0 to 1. */
export function ratio(): Kind<number> {
  const schema = z
    .string()
    .regex(/^(0|1|0?\.\d+|1\.0+)$/, { error: 'write a number from 0 to 1' })
    .transform(Number);
  return { accepts: 'number from 0 to 1', schema };
}

/** `true` or `false`, in any case; `1` and `0` too. */
export function flag(): Kind<boolean> {
  const schema = z.stringbool({
    truthy: ['true', '1'],
    falsy: ['false', '0'],
    case: 'insensitive',
    error: 'write true or false',
  });
  return { accepts: 'true, false, 1, 0', schema };
}

/** One of the words, in any case; the value is spelled as in `words`. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  const schema = z.string().transform((input, ctx): Word => {
    const near = nearestWord(input, words);
    if (near?.toLowerCase() === input.toLowerCase()) return near;
    const message = near === undefined ? 'write one of the accepted words' : `did you mean ${near}?`;
    ctx.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });
  return { accepts: words.join(', '), schema };
}

function nearestWord<Word extends string>(input: string, words: readonly Word[]): Word | undefined {
  const lowerCase = words.map((word) => word.toLowerCase());
  const near = closestMatch(input.toLowerCase(), lowerCase, { maxDistance: 2 });
  return near === undefined ? undefined : words[lowerCase.indexOf(near)];
}

/** A whole number in decimal digits. */
export function integer(range: { readonly min: number; readonly max: number }, unit = ''): Kind<number> {
  const { min, max } = range;
  const unitInWords = unit === '' ? '' : ` ${unit}`;
  const schema = z
    .string()
    .regex(/^-?\d+$/, {
      error: ({ input }) =>
        (unit === 'ms' ? durationHint(String(input)) : undefined) ?? 'write a whole number in digits only',
    })
    .transform(Number)
    .pipe(
      z
        .number({ error: `lower it to ${max}${unitInWords} or less` })
        .min(min, { error: `raise it to ${min}${unitInWords} or more` })
        .max(max, { error: `lower it to ${max}${unitInWords} or less` }),
    );
  return { accepts: `whole number${unit === '' ? '' : ` of ${unit}`}, ${min} to ${max}`, schema };
}

/** A duration in whole milliseconds. */
export function milliseconds(min = 1): Kind<number> {
  return integer({ min, max: LONGEST_DURATION_MS }, 'ms');
}

/** Suggests the value in milliseconds for a duration with a unit, such as `5s`, which is not accepted. */
function durationHint(input: string): string | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)$/i.exec(input);
  const [, amount, unit] = match ?? [];
  const unitMs = unit === undefined ? undefined : UNITS_MS[unit.toLowerCase()];
  if (amount === undefined || unitMs === undefined) return undefined;
  return `write it in milliseconds without a unit: ${Math.round(Number(amount) * unitMs)}`;
}
