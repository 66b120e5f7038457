// @ts-check
// The locks by which tabs and workers notice each other's end, crashes too: whoever waits for the lock of
// another gets it when that one is gone. Only there in secure contexts.

export const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

/** What a reader holds as long as it lives. */
export const readerLock = (/** @type {string} */ reader) => `sse-reader ${reader}`;

/** What a hub in a worker holds as long as it lives. */
export const hubLock = (/** @type {string} */ hub) => `sse-hub ${hub}`;

/**
 * Takes a lock and keeps it.
 * @param {string} name
 * @returns {Promise<(() => void) | null>} lets it go; null where locks cannot be had
 */
export function hold(name) {
  return new Promise((resolve) => {
    if (!navigator.locks) {
      resolve(null);
      return;
    }

    navigator.locks
      .request(name, () => new Promise((release) => resolve(() => release(undefined))))
      .catch(() => resolve(null));
  });
}

/**
 * Waits for the end of whoever holds a lock.
 * @param {string} name
 * @param {AbortSignal} signal stops waiting
 * @param {() => void} ended
 */
export function whenReleased(name, signal, ended) {
  navigator.locks
    ?.request(name, { mode: 'shared', signal }, () => {
      if (!signal.aborted) {
        ended();
      }
    })
    .catch(() => {
      // No longer waited for.
    });
}
