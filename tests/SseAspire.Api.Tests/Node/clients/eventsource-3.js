import { EventSource } from "eventsource-3";
import { keepOpen } from "../listen.js";

export const read = (stream, received) => keepOpen(EventSource, stream, received);
