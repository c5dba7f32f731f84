/**
 * Okabe and Ito's colours, which people with any colour blindness can distinguish (Color Universal Design, 2008), with
 * lighter ones for dark mode. Charts use them as CSS variables, so that they follow the page.
 */
export const COLOUR_STYLE = `
:root {
  color-scheme: light dark;
  --page: #fff; --raised: #f6f7f9; --ink: #1c2024; --muted: #5b646e; --line: #d8dde3;
  --good: #00694d; --bad: #b03a00; --bad-page: #fdf1ea; --shade: #5b646e;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #009e73; --series-4: #b3578a;
  --series-5: #b27b00; --series-6: #2f8fc7; --series-7: #5b646e; --series-8: #7a4fb5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --raised: #1e2227; --ink: #e6e9ec; --muted: #a3acb5; --line: #363d45;
    --good: #4cc9a0; --bad: #ff9a62; --bad-page: #33231a; --shade: #a3acb5;
    --series-1: #4ea8dc; --series-2: #f08a45; --series-3: #2fbf95; --series-4: #d893bd;
    --series-5: #e0a83a; --series-6: #86ccf2; --series-7: #a3acb5; --series-8: #b69be0;
  }
}`;

/** The number of colours. */
export const SERIES_COLOURS = 8;

/** The colour of a picture's nth line or bar, from 0; they repeat after {@link SERIES_COLOURS}. */
export function seriesColour(index: number): string {
  return `var(--series-${(index % SERIES_COLOURS) + 1})`;
}
