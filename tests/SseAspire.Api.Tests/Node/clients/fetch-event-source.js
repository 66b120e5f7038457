import { fetchEventSource } from "../node_modules/@microsoft/fetch-event-source/lib/esm/index.js";
import { report } from "../listen.js";

export const read = (stream, received) => fetchEventSource(stream, {
  openWhenHidden: true,
  onmessage: ({ event, data }) => {
    // It also reports frames without data, such as the opening one.
    if (event || data) {
      report(event, data, received);
    }
  },
  onclose: () => {
    throw new Error("The hub ended the stream.");
  },
});
