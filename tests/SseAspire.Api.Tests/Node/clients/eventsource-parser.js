import { createParser } from "eventsource-parser";
import { report, resume } from "../listen.js";

export const read = (stream, received) => resume(stream, async (body, cursor) => {
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      cursor.id = id ?? cursor.id;
      report(event, data, received);
    },
    onRetry: (retry) => {
      cursor.retry = retry;
    },
  });
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
  }
});
