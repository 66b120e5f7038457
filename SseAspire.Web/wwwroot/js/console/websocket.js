// @ts-check
// Reads over a WebSocket. A page does by itself what EventSource does for it: remembers the place, notices the end,
// waits, connects again after that place.

import { BackOff } from '../back-off.js';
import { pause } from '../pause.js';
import { text } from '../texts.js';
import { readRefusal } from './refusal.js';

/**
 * @param {import('./session.js').Subscription} subscription
 * @param {import('./session.js').Listener} listener
 * @param {AbortSignal} signal
 */
export async function readWebSocket({ hub, query }, listener, signal) {
  const failures = new BackOff();
  const place = new URLSearchParams(query);
  while (!signal.aborted) {
    const { opened, code, reason } = await readSocket(hub, place, listener, failures, signal);
    if (!opened && !signal.aborted) {
      // A page is not told with which status a handshake failed. The same question over plain HTTP is answered.
      const refusal = await askWhy(hub, place, signal);
      if (refusal) {
        listener.refused(refusal);
        return;
      }
    }

    if (!signal.aborted) {
      const wait = failures.next();
      // 1006: nobody said why.
      listener.waits(code === 1006 ? text('broke') : text('ended.code', code, reason), wait);
      await pause(wait, signal);
    }
  }
}

/**
 * Reads to the socket's end.
 * @param {string} hub
 * @param {URLSearchParams} place the query, moved on with each message
 * @param {import('./session.js').Listener} listener
 * @param {BackOff} failures
 * @param {AbortSignal} signal
 * @returns {Promise<{opened: boolean, code: number, reason: string}>}
 */
function readSocket(hub, place, listener, failures, signal) {
  listener.asks(`GET /events/websocket?${place}`, 'Upgrade: websocket');
  const socket = new WebSocket(`${hub.replace(/^http/, 'ws')}/events/websocket?${place}`);
  let opened = false;
  return new Promise((resolve) => {
    const close = () => socket.close();
    signal.addEventListener('abort', close);
    socket.onopen = () => {
      opened = true;
      listener.opened('HTTP 101 websocket');
    };
    socket.onmessage = ({ data }) => {
      if (signal.aborted) {
        return; // It is closing.
      }

      failures.reset();
      listener.received(new TextEncoder().encode(data).byteLength);
      listener.raw(`${data}\n`);
      const message = JSON.parse(data);
      place.delete('history');
      place.set('after', message.place ?? message.id ?? message.next);
      listener.stands(message.id ?? message.next);
      if (message.gap) {
        listener.gap(message.id, message.gap.missed);
      } else if (message.data !== undefined) {
        listener.event({ ...message, type: message.type ?? 'message' });
      }
    };
    socket.onclose = ({ code, reason }) => {
      signal.removeEventListener('abort', close);
      resolve({ opened, code, reason });
    };
  });
}

/**
 * @param {string} hub
 * @param {URLSearchParams} query
 * @param {AbortSignal} signal
 * @returns {Promise<import('./refusal.js').Refusal | null>} null where it was not refused, or nobody is there to say
 */
async function askWhy(hub, query, signal) {
  try {
    const response = await fetch(`${hub}/events/poll?${query}`, { cache: 'no-store', signal });
    return response.status >= 400 && response.status < 500 ? await readRefusal(response) : null;
  } catch {
    return null;
  }
}
