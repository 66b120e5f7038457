// @ts-check

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the wait early
 * @returns {Promise<void>}
 */
export const pause = (milliseconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, milliseconds);
  signal?.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});
