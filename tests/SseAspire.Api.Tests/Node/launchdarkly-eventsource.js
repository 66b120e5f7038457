// Reads an event stream with the package "launchdarkly-eventsource" and prints the data of each event on a line.
import { EventSource } from "launchdarkly-eventsource";

const source = new EventSource(process.argv[2]);
source.onmessage = (event) => console.log(event.data);
// It reconnects, but without a listener it would throw first.
source.onerror = (error) => console.error(error.message);
