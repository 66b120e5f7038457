// @ts-check
// One answer of the polling transports: what there is after a place, and the place after it.

/**
 * @param {import('./lane.js').Reading} reading
 * @param {import('./lane.js').Feed} feed
 * @param {string} path of the transport, with what is particular to it
 * @param {string} cursor
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the next cursor; rejects where there was no answer
 */
export async function readPage({ hub, topic, meter }, feed, path, cursor, signal) {
  const query = new URLSearchParams({ topic, meter, after: cursor, limit: '1000' });
  feed.asked();
  try {
    const response = await fetch(`${hub}${path}${path.includes('?') ? '&' : '?'}${query}`, { cache: 'no-store', signal });
    if (!response.ok) {
      throw new Error(`The hub answered ${response.status}.`);
    }

    const { events, next } = await response.json();
    feed.ready();
    for (const { data } of events) {
      feed.event(data);
    }

    return next;
  } finally {
    feed.answered();
  }
}
