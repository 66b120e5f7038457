// @ts-check
// Reads an event stream as EventSource does, but with fetch, so that every line of it is seen: it comes back by
// itself, with the id of the last event and after the time that the hub asks for (HTML standard, 9.2.3).

import { BackOff } from '../back-off.js';
import { EventStreamParser } from '../event-stream-parser.js';
import { pause } from '../pause.js';
import { text } from '../texts.js';
import { readRefusal } from './refusal.js';

/** What a browser waits where the stream has not said, in milliseconds. */
const RECONNECTION_TIME = 3_000;

/**
 * @param {import('./session.js').Subscription} subscription
 * @param {import('./session.js').Listener} listener
 * @param {AbortSignal} signal
 */
export async function readServerSentEvents({ hub, query }, listener, signal) {
  const failures = new BackOff();
  const stream = { lastEventId: '', reconnectionTime: RECONNECTION_TIME, envelope: query.get('envelope') === 'true' };
  while (!signal.aborted) {
    try {
      const { lastEventId } = stream;
      listener.asks(`GET /events?${query}`, 'Accept: text/event-stream', ...(lastEventId === '' ? [] : [`Last-Event-ID: ${lastEventId}`]));
      const response = await fetch(`${hub}/events?${query}`, {
        headers: { Accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'Last-Event-ID': bytesOf(lastEventId) }) },
        cache: 'no-store',
        signal,
      });
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !type.startsWith('text/event-stream')) {
        // With anything else EventSource gives up for good.
        listener.refused(await readRefusal(response));
        return;
      }

      listener.opened(`HTTP ${response.status} ${type}`);
      await readStream(/** @type {ReadableStream<Uint8Array>} */ (response.body), stream, listener, failures);
      listener.waits(text('ended'), stream.reconnectionTime);
      await pause(stream.reconnectionTime, signal);
    } catch {
      if (!signal.aborted) {
        const wait = Math.max(stream.reconnectionTime, failures.next());
        listener.waits(text('broke'), wait);
        await pause(wait, signal);
      }
    }
  }
}

/**
 * Reads to the stream's end; rejects where it breaks.
 * @param {ReadableStream<Uint8Array>} body
 * @param {{lastEventId: string, reconnectionTime: number, envelope: boolean}} stream what outlives a connection
 * @param {import('./session.js').Listener} listener
 * @param {BackOff} failures
 */
async function readStream(body, stream, listener, failures) {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const reader = body.getReader();
  /** @type {string[]} */
  let frame = [];
  let hasId = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }

    failures.reset();
    listener.received(value.byteLength);
    for (const line of parser.push(decoder.decode(value, { stream: true }))) {
      frame.push(line.text);
      hasId ||= line.kind === 'id' && !line.ignored;
      if (line.kind !== 'blank') {
        continue;
      }

      listener.raw(`${frame.join('\n')}\n`);
      frame = [];
      stream.reconnectionTime = parser.reconnectionTime ?? stream.reconnectionTime;
      // A stream that says no id leaves the one from before the reconnect.
      stream.lastEventId = hasId ? parser.lastEventId : stream.lastEventId;
      listener.stands(stream.lastEventId);
      if (line.event) {
        tell(line.event, stream.envelope, listener);
      }
    }
  }
}

/**
 * @param {import('../event-stream-parser.js').StreamEvent} event
 * @param {boolean} envelope
 * @param {import('./session.js').Listener} listener
 */
function tell({ type, data, lastEventId: id }, envelope, listener) {
  if (type === 'gap') {
    listener.gap(id, JSON.parse(data).missed);
  } else if (type === 'heartbeat') {
    listener.heartbeat(id);
  } else if (envelope) {
    const { topic, data: payload } = JSON.parse(data);
    listener.event({ id, type, topic, data: payload });
  } else {
    listener.event({ id, type, topic: '', data });
  }
}

/** A header's value is bytes to fetch, a character each; EventSource sends the id as UTF-8. @param {string} id */
const bytesOf = (id) => String.fromCharCode(...new TextEncoder().encode(id));
