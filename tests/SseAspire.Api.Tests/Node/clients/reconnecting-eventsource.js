import ReconnectingEventSource from "../node_modules/reconnecting-eventsource/build/esm/reconnecting-eventsource.js";
import { listen } from "../listen.js";

export function read(stream, received) {
  const source = new ReconnectingEventSource(stream);
  listen(source, received);
  // It takes the cursor from events that something listens to.
  source.addEventListener("heartbeat", () => {});
}
