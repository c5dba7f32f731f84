/**
 * Characters that a terminal may interpret instead of printing: control characters (C0, DEL, C1), line separators,
 * marks that change the direction of text, and the byte order mark. Producers choose keys, headers and values, which
 * can appear in error messages.
 */
const UNSAFE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** The same without line breaks and tabs. */
const UNSAFE_IN_LINES = /(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** A JSON escape sequence; the group matches escaped control characters other than line breaks and tabs. */
const JSON_ESCAPE = /\\(?:(u00[0189][0-9a-f]|u007f|[bfr])|.)/gi;

/** Makes text safe for one line of a terminal: unsafe characters become escape sequences such as `\u001b` or `\n`. */
export function terminalLine(text: string): string {
  return text.replaceAll(UNSAFE, escaped);
}

/** The same for text of several lines; keeps line breaks and tabs. */
export function terminalLines(text: string): string {
  return text.replaceAll(UNSAFE_IN_LINES, escaped);
}

/** Equivalent JSON without unsafe characters. */
export function terminalJson(json: string): string {
  return json.replaceAll(UNSAFE_IN_LINES, escaped);
}

/**
 * JSON for a program that prints the strings in it: unsafe characters inside strings become visible escape sequences.
 * Keeps line breaks and tabs, which stack traces contain.
 */
export function terminalJsonToPrint(json: string): string {
  return json
    .replaceAll(JSON_ESCAPE, (sequence, unsafe?: string) =>
      unsafe === undefined ? sequence : `\\${sequence}`,
    )
    .replaceAll(UNSAFE_IN_LINES, (character) => `\\${escaped(character)}`);
}

const SHORT: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function escaped(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
