/**
 * Reports what anything that is used like an EventSource dispatches: the data of each event, and the gaps.
 * @param {EventTarget} source
 * @param {(line: string) => void} received
 */
export function listen(source, received) {
  source.addEventListener("message", ({ data }) => received(data));
  source.addEventListener("gap", ({ data }) => received(`gap ${data}`));
}

/**
 * Reads with an EventSource, and opens another one from the last cursor when it gives up: after any status but 200, and
 * in Firefox when the hub is unreachable.
 * @param {typeof EventSource} Source
 * @param {string} stream
 * @param {(line: string) => void} received
 */
export function keepOpen(Source, stream, received) {
  let cursor = "";
  open();

  function open() {
    const source = new Source(cursor ? `${stream}&lastEventId=${encodeURIComponent(cursor)}` : stream);
    listen(source, received);
    for (const type of ["message", "heartbeat", "gap"]) {
      source.addEventListener(type, ({ lastEventId }) => {
        cursor = lastEventId;
      });
    }

    source.onerror = () => {
      if (source.readyState === Source.CLOSED) {
        setTimeout(open, 1000 + 1000 * Math.random());
      }
    };
  }
}

/**
 * Reports one event of a client that hands over all of them, whatever their type.
 * @param {string | undefined} type
 * @param {string} data
 * @param {(line: string) => void} received
 */
export function report(type, data, received) {
  if (!type || type === "message") {
    received(data);
  } else if (type === "gap") {
    received(`gap ${data}`);
  }
}

/** How long to wait for a hub that does not answer. */
const RETRY = 200;

/**
 * Reads a stream again and again from the last id, with a parser that does not connect by itself.
 * @param {string} stream
 * @param {(body: ReadableStream, cursor: { id: string, retry: number }) => Promise<void>} parse ends with the body
 */
export async function resume(stream, parse) {
  const cursor = { id: "", retry: RETRY };
  for (;;) {
    try {
      const headers = { Accept: "text/event-stream", ...(cursor.id && { "Last-Event-ID": cursor.id }) };
      const { body } = await fetch(stream, { headers });
      await parse(body, cursor);
    } catch {
      // Cut, or the hub does not answer: resumed below.
    }

    await new Promise((resolve) => setTimeout(resolve, cursor.retry));
  }
}
