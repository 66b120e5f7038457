// @ts-check
// Reads by asking again and again, after the place where the last answer ended: long polling, whose requests are
// held at the hub, and polling, with a pause between two.

import { BackOff } from '../back-off.js';
import { pause } from '../pause.js';
import { text } from '../texts.js';
import { readRefusal } from './refusal.js';

/**
 * @param {string} path of the transport
 * @param {import('./session.js').Subscription} subscription
 * @param {import('./session.js').Listener} listener
 * @param {AbortSignal} signal
 */
export async function readPages(path, { hub, query, interval }, listener, signal) {
  const failures = new BackOff();
  const place = new URLSearchParams(query);
  while (!signal.aborted) {
    try {
      listener.asks(`GET ${path}?${place}`);
      const response = await fetch(`${hub}${path}?${place}`, { cache: 'no-store', signal });
      if (response.status === 200) {
        await readPage(response, place, listener);
        failures.reset();
        await pause(interval, signal);
      } else if (response.status >= 500) {
        const wait = Math.max(Number(response.headers.get('retry-after') ?? 0) * 1000, failures.next());
        listener.waits(text('busy', response.status), wait);
        await pause(wait, signal);
      } else {
        listener.refused(await readRefusal(response));
        return;
      }
    } catch {
      if (!signal.aborted) {
        const wait = failures.next();
        listener.waits(text('broke'), wait);
        await pause(wait, signal);
      }
    }
  }
}

/**
 * @param {Response} response
 * @param {URLSearchParams} place the query, moved on to where the answer ends
 * @param {import('./session.js').Listener} listener
 */
async function readPage(response, place, listener) {
  const bytes = await response.arrayBuffer();
  const raw = new TextDecoder().decode(bytes);
  const { events, next, gap } = JSON.parse(raw);
  listener.opened(`HTTP ${response.status} ${response.headers.get('content-type') ?? ''}`);
  listener.received(bytes.byteLength);
  listener.raw(`${raw}\n`);
  // It stands at the beginning: events before one end the page.
  if (gap) {
    listener.gap(gap.to ?? '', gap.missed);
  }

  for (const event of events) {
    listener.event({ ...event, type: event.type ?? 'message' });
  }

  place.delete('history');
  place.set('after', next);
  listener.stands(next);
}
