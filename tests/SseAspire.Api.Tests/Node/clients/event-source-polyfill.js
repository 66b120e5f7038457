import "../node_modules/event-source-polyfill/src/eventsource.js";
import { keepOpen } from "../listen.js";

export const read = (stream, received) => keepOpen(EventSourcePolyfill, stream, received);
