import { connectStreamSource } from "../node_modules/@hotwired/turbo/dist/turbo.es2017-esm.js";
import ReconnectingEventSource from "../node_modules/reconnecting-eventsource/build/esm/reconnecting-eventsource.js";

export function read(stream, received) {
  addEventListener("turbo:before-stream-render", (event) => {
    event.preventDefault();
    received(event.target.templateContent.textContent);
  });
  const source = new ReconnectingEventSource(stream);
  source.addEventListener("heartbeat", () => {});
  connectStreamSource(source);
}
