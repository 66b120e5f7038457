// Reads an event stream with the package "eventsource" and prints the data of each event on a line.
import { EventSource } from "eventsource";

new EventSource(process.argv[2]).onmessage = (event) => console.log(event.data);
