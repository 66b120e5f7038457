// @ts-check
// Sends one of the page's forms without leaving the page. The server answers the same handler's JSON:
// `{outcome}` or what else there is to tell, or a problem document (RFC 9457) with `title` and perhaps `errors` by field.

import { text } from './texts.js';

/**
 * @param {HTMLFormElement} form
 * @param {string} action where to, for a form with several buttons
 * @returns {Promise<{ok: boolean, status: number, text: string, errors: Record<string, string[]>, answer: any}>}
 */
export async function post(form, action = form.action) {
  try {
    const response = await fetch(action, {
      method: 'POST',
      body: new FormData(form),
      headers: { Accept: 'application/json' },
    });
    const answer = await response.json().catch(() => ({}));
    return {
      ok: response.ok,
      status: response.status,
      text: answer.outcome ?? answer.title ?? text('post.failed'),
      errors: answer.errors ?? {},
      answer,
    };
  } catch {
    return { ok: false, status: 0, text: text('post.unreachable'), errors: {}, answer: {} };
  }
}
