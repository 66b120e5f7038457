// @ts-check
// Keeps both forms in the page's address, so that what stands in them can be shared, and survives a reload.

/** What the forms call their fields in addresses. */
const SUBSCRIPTION = ['topic', 'transport', 'start', 'history', 'lastEventId', 'envelope', 'heartbeat', 'wait', 'limit', 'interval'];
const PUBLICATION = 'publish.';

/**
 * @param {Iterable<[string, string]>} subscription
 * @param {Iterable<[string, string]> | null} publication null where it is as the page gives it or too long
 */
export function keepInAddress(subscription, publication) {
  const address = new URL(location.href);
  for (const name of [...address.searchParams.keys()]) {
    if (SUBSCRIPTION.includes(name) || name.startsWith(PUBLICATION)) {
      address.searchParams.delete(name);
    }
  }

  for (const [name, value] of [...subscription, ...(publication ?? [])]) {
    address.searchParams.append(name, value);
  }

  history.replaceState(null, '', address);
}
