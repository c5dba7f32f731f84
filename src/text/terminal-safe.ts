/**
 * What a terminal may obey instead of showing it: control characters (C0, DEL, C1), line separators, marks that
 * change the direction of text, and the invisible byte order mark. Producers choose keys, headers and values and, through
 * them, error messages.
 */
const UNSAFE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** The same without line breaks and tabs. */
const UNSAFE_IN_LINES = /(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;
/** An escape sequence of JSON; the group is what stands for a control character other than a line break or a tab. */
const JSON_ESCAPE = /\\(?:(u00[0189][0-9a-f]|u007f|[bfr])|.)/gi;

/** Text for one line of a terminal: what is unsafe is shown as an escape sequence, such as `\u001b` or `\n`. */
export function terminalLine(text: string): string {
  return text.replaceAll(UNSAFE, escaped);
}

/** The same for text of several lines, whose line breaks and tabs stay. */
export function terminalLines(text: string): string {
  return text.replaceAll(UNSAFE_IN_LINES, escaped);
}

/** JSON that means the same, without a character that a terminal may obey. */
export function terminalJson(json: string): string {
  return json.replaceAll(UNSAFE_IN_LINES, escaped);
}

/**
 * JSON for a program that prints the strings in it: they have an escape sequence where they had an unsafe character.
 * Line breaks and tabs stay, as a stack has them.
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
