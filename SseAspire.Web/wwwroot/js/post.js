// @ts-check
// Sends one of the page's forms without leaving the page. The server answers the same handler's JSON:
// `{outcome}`, or a problem document (RFC 9457) with `title` and perhaps `errors` by field.

import { text } from './texts.js';

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<{ok: boolean, status: number, text: string, errors: Record<string, string[]>}>}
 */
export async function post(form) {
  try {
    const response = await fetch(form.action, {
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
    };
  } catch {
    return { ok: false, status: 0, text: text('post.unreachable'), errors: {} };
  }
}
