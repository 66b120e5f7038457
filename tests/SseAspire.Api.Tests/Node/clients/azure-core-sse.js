import { createSseStream } from "@azure/core-sse";
import { report, resume } from "../listen.js";

export const read = (stream, received) => resume(stream, async (body, cursor) => {
  for await (const { id, event, data, retry } of createSseStream(body)) {
    cursor.id = id || cursor.id;
    cursor.retry = retry ?? cursor.retry;
    report(event, data, received);
  }
});
