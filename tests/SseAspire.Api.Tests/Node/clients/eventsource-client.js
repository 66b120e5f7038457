import { createEventSource } from "eventsource-client";
import { report } from "../listen.js";

export const read = (url, received) =>
  createEventSource({ url, onMessage: ({ event, data }) => report(event, data, received) });
