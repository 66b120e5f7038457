import htmx from "../node_modules/htmx.org/dist/htmx.esm.js";
import ReconnectingEventSource from "../node_modules/reconnecting-eventsource/build/esm/reconnecting-eventsource.js";

export async function read(stream, received) {
  globalThis.htmx = htmx;
  // Its own gives up its cursor when the browser's EventSource gives up.
  htmx.createEventSource = (url) => {
    const source = new ReconnectingEventSource(url);
    source.addEventListener("heartbeat", () => {});
    return source;
  };
  await import("../node_modules/htmx-ext-sse/sse.js");
  const element = document.createElement("div");
  element.setAttribute("hx-ext", "sse");
  element.setAttribute("sse-connect", stream);
  element.innerHTML = '<p sse-swap="message"></p><p sse-swap="gap"></p>';
  element.addEventListener("htmx:sseMessage", ({ detail }) =>
    received(detail.type === "gap" ? `gap ${detail.data}` : detail.data));
  document.body.append(element);
  htmx.process(element);
}
