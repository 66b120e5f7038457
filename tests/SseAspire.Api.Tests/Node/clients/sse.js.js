import { SSE } from "../node_modules/sse.js/lib/sse.js";
import { listen } from "../listen.js";

export const read = (stream, received) => listen(new SSE(stream, { autoReconnect: true }), received);
