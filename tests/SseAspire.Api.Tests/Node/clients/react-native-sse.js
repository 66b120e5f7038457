import EventSource from "../node_modules/react-native-sse/src/EventSource.js";
import { listen } from "../listen.js";

export function read(stream, received) {
  const source = new EventSource(stream);
  listen(source, received);
  // A request that failed without a status ends it, unless it is opened again.
  source.addEventListener("error", ({ xhrStatus }) => {
    if (xhrStatus === 0) {
      setTimeout(() => source.open(), source.interval);
    }
  });
}
