// @ts-check
// What the API says to a request that it does not serve: a problem document (RFC 9457) that names the field.

import { text } from '../texts.js';

/**
 * @typedef {object} Refusal
 * @property {string} said to the visitor
 * @property {Record<string, string[]>} errors by the form's field
 * @property {string} raw the answer's body
 */

/** What the form calls a field of the API that has several names. @type {Record<string, string>} */
const FIELDS = { after: 'lastEventId', 'Last-Event-ID': 'lastEventId' };

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
export async function readRefusal(response) {
  const raw = await response.text();
  /** @type {{title?: string, detail?: string, errors?: Record<string, string[]>}} */
  let problem = {};
  try {
    problem = JSON.parse(raw) ?? {};
  } catch {
    // Not the API's own: something between here and there refuses.
  }

  const errors = Object.fromEntries(Object.entries(problem.errors ?? {})
    .map(([name, reasons]) => [FIELDS[name] ?? name, [text('api.says', `${name} ${reasons.join('; ')}`)]]));
  return { said: text('refused', response.status, problem.title ?? problem.detail ?? ''), errors, raw };
}
