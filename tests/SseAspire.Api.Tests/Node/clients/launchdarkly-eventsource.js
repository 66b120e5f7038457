import { EventSource } from "launchdarkly-eventsource";
import { listen } from "../listen.js";

export function read(stream, received) {
  const source = new EventSource(stream);
  listen(source, received);
  // It reconnects, but without a listener it would throw first.
  source.onerror = (error) => console.error(error.message);
}
