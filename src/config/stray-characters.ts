const QUOTED = /^(["'`‘’“”]).*["'`‘’“”]$/su;
/** Characters without a glyph: format characters such as a zero-width space, spaces other than " ", fillers. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u00a0\u1680\u115f\u1160\u2000-\u200a\u202f\u205f\u3000\u3164\uffa0]/u;

/**
 * Detects characters that are often copied by mistake: surrounding quotes (a shell removes them; an `env` file or a
 * manifest does not) and invisible characters.
 * @returns what to do about them; undefined if there are none
 */
export function strayCharacters(text: string): string | undefined {
  if (text.length > 1 && QUOTED.test(text))
    return 'remove the quotes around it: they would be part of the value';
  const [found] = INVISIBLE.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `remove the invisible character U+${code} at position ${text.indexOf(found) + 1}`;
}
