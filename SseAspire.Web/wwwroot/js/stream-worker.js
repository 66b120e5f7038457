// @ts-check
// The shared worker: the hub for all tabs of this browser and origin. Its name is the hub's address.

import { StreamHub } from './stream-hub.js';
import { hold, hubLock } from './stream-locks.js';

const worker = /** @type {{name: string, onconnect: ((event: MessageEvent) => void) | null}} */ (/** @type {unknown} */ (self));

/** @type {Map<string, MessagePort>} */
const ports = new Map();

const hub = new StreamHub(worker.name, (readers, message) => {
  for (const reader of readers) {
    ports.get(reader)?.postMessage(message);
  }
});

hold(hubLock(hub.id));

worker.onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  for (const reader of ports.keys()) {
    if (!hub.has(reader)) {
      ports.delete(reader);
    }
  }

  port.onmessage = ({ data: { from, message } }) => {
    ports.set(from, port);
    hub.receive(from, message);
  };
};
