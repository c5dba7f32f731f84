import ms from 'ms';

/** Parses a duration such as `90s`, `1h` or `2d` into ms; undefined if the text is not a duration above zero. */
export function parseDuration(text: string): number | undefined {
  const parsed = isDuration(text) ? ms(text) : Number.NaN;
  return parsed > 0 ? parsed : undefined;
}

function isDuration(text: string): text is ms.StringValue {
  return /^\d{1,12}(\.\d{1,3})?(ms|s|m|h|d|w)$/.test(text);
}
