import EventSource from "eventsource-2";
import { listen } from "../listen.js";

export const read = (stream, received) => listen(new EventSource(stream), received);
