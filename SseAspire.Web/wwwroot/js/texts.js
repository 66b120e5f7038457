// @ts-check
// What the page's scripts say, in the page's language. The server writes it into the page, so that script
// and page never speak two languages.

/** @type {Record<string, string>} */
const TEXTS = JSON.parse(document.getElementById('texts')?.textContent ?? '{}');

/** The page's language, as `Intl` takes it. */
export const LANGUAGE = document.documentElement.lang || 'en';

/**
 * @param {string} key
 * @param {...(string | number)} values for `{0}`, `{1}` …
 * @returns {string} the text, or the key where there is none
 */
export const text = (key, ...values) =>
  (TEXTS[key] ?? key).replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
