import { EventSource } from "eventsource-4";
import { keepOpen } from "../listen.js";

export const read = (stream, received) => keepOpen(EventSource, stream, received);
