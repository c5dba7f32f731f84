const LONGEST_SHOWN = 80;

/** How a value appears in a message: quoted, cut, and not at all where it may hold credentials. */
export function show(text: string | undefined, secret = false): string {
  if (text === undefined) return 'not set';
  // user:password@host reaches variables that were never meant to hold a secret.
  if (secret || text.includes('@') || text.includes('-----BEGIN')) return `set, ${characters(text)}`;
  if (text.length <= LONGEST_SHOWN) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, LONGEST_SHOWN))} and so on, ${characters(text)}`;
}

function characters(text: string): string {
  return text.length === 1 ? '1 character' : `${text.length} characters`;
}
