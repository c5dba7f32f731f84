const LONGEST_SHOWN = 80;

/** Formats a value for a message: quoted and truncated, or only its length if it may contain credentials. */
export function show(text: string | undefined, secret = false): string {
  if (text === undefined) return 'not set';
  // Values such as user:password@host are sometimes put into variables that are not meant to contain a secret.
  if (secret || text.includes('@') || text.includes('-----BEGIN')) return `set, ${characters(text)}`;
  if (text.length <= LONGEST_SHOWN) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, LONGEST_SHOWN))} and so on, ${characters(text)}`;
}

function characters(text: string): string {
  return text.length === 1 ? '1 character' : `${text.length} characters`;
}
