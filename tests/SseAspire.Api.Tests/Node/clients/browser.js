import { keepOpen } from "../listen.js";

export const read = (stream, received) => keepOpen(EventSource, stream, received);
